import { getCookie } from 'hono/cookie'
import type { Application } from '../../access/application'
import { emailSchema } from '../../access/identity'
import { type Login, loginUrl, readLogin } from '../../access/login'
import { evaluate } from '../../access/policy'
import { signTicket } from '../../access/ticket'
import type { AppContext } from '../../env'
import { LoginPage } from '../../pages/login'
import { PageError, respondPage } from '../../pages/respond'
import { showBlocked } from './blocked'
import { readPageForm } from './form'
import { type SignedIn, setTeamCookie, signedIn, startSession } from './session'

const NONCE_COOKIE = 'CF_Access_Login'
const NONCE_LIFETIME_SECONDS = 15 * 60
const AUTHORIZED_LIFETIME_SECONDS = 60

/**
 * `/cdn-cgi/access/login/<host>`: who are you? GET shows the page, or goes on where somebody is
 * signed in [A9]; POST takes `email`.
 *
 * @throws PageError
 */
export async function login(c: AppContext): Promise<Response> {
  const { now, settings, ticketSecret, url } = c.var
  const step = await readLogin(ticketSecret, url.searchParams, now)
  const application = settings.APPLICATIONS.find(({ id }) => id === step?.applicationId)
  if (!step || !application) throw invalidNonce()
  if (c.req.method === 'POST') return finish(c, step, application, await readPerson(c))
  const who = step.again ? undefined : await signedIn(c)
  return who ? finish(c, step, application, who) : showLogin(c, application)
}

// Access: observed [A12]. The page's nonce is in a cookie too, and a second login page replaces it:
// the form of the first tab, or of another site, is refused.
function showLogin(c: AppContext, application: Application) {
  const loginNonce = crypto.randomUUID()
  setTeamCookie(c, NONCE_COOKIE, loginNonce, NONCE_LIFETIME_SECONDS)
  return respondPage(c, 200, (nonce) => (
    <LoginPage
      nonce={nonce}
      loginNonce={loginNonce}
      application={application.name}
      people={c.var.settings.PEOPLE}
    />
  ))
}

async function readPerson(c: AppContext): Promise<SignedIn> {
  const form = await readPageForm(c)
  const nonce = form.get('nonce')
  if (nonce === undefined || nonce !== getCookie(c, NONCE_COOKIE)) throw invalidNonce()
  const email = emailSchema.safeParse(form.get('email'))
  if (!email.success) {
    throw new PageError(400, 'Invalid form', 'email must be an e-mail address.')
  }
  return startSession(c, email.data)
}

/** Goes on to what the login was for. */
async function finish(
  c: AppContext,
  step: Login,
  application: Application,
  who: SignedIn,
): Promise<Response> {
  const { now, team, ticketSecret } = c.var
  // Back to the authorization endpoint, which checks everything again.
  if (!step.application) return c.redirect(`${team.origin}${step.redirectUrl}`, 302)
  const { origin, nonce } = step.application
  const verdict = evaluate(application.policies, who.person)
  if (!verdict.allowed) {
    const again = { redirectUrl: step.redirectUrl, application: step.application, again: true }
    const host = new URL(origin).host
    return showBlocked(
      c,
      application,
      who.person,
      await loginUrl(team, ticketSecret, application, host, again, now),
    )
  }
  const token = await signTicket(
    ticketSecret,
    'authorized',
    {
      applicationId: application.id,
      email: who.person.email,
      policyId: verdict.policy.id,
      redirectUrl: step.redirectUrl,
      origin,
      nonce,
    },
    now,
    AUTHORIZED_LIFETIME_SECONDS,
  )
  return c.redirect(`${origin}${team.accessPath}/authorized?token=${token}`, 302)
}

function invalidNonce(): PageError {
  return new PageError(
    400,
    'Invalid nonce. Please try logging in again.',
    'This login page was left open too long, or another one was opened after it.',
    'Go back to your client or application and start again.',
  )
}
