import { getCookie } from 'hono/cookie'
import * as z from 'zod'
import type { Application } from '../access/application'
import { signIdentity } from '../access/assertion'
import { wholeSeconds } from '../access/duration'
import { identityNonceOf, sessionIdOf } from '../access/revocation'
import { browserSignIn, isSignInGood } from '../access/sign-in'
import { readTicket } from '../access/ticket'
import { populationUserIdFor } from '../access/user-population'
import { PageError } from '../pages/page-error'
import type { AppContext } from '../request/context'
import { report, reportDecision } from '../request/events'
import { whereFrom } from '../request/judge'
import type { Session } from '../store/sessions'
import { loginCookies } from './app-cookie'
import { APP_SESSION_COOKIE } from './challenge'

const ticketSchema = z.object({
  applicationId: z.string(),
  identityNonce: z.string(),
  policyId: z.string(),
  redirectUrl: z.string(),
  origin: z.string(),
  nonce: z.string(),
})

/**
 * Handles `GET /cdn-cgi/access/authorized` on the application's host, the end of a browser login.
 * Sets `CF_Authorization` and redirects to the page that was requested first.
 *
 * The ticket is bound to the browser that requested the page, by its CF_AppSession cookie. A link
 * therefore cannot log a person in as another one.
 *
 * @throws PageError
 */
export async function authorized(c: AppContext): Promise<Response> {
  const { emulator, now, state, team, url } = c.var
  const login = await findLogin(c, url.searchParams.get('token') ?? '')
  if (!login) throw invalidNonce()
  const { application, session, ticket } = login
  const { identityNonce, policyId, redirectUrl } = ticket
  const sessionId = sessionIdOf(identityNonce)
  const policy = application.policies.find(({ id }) => id === policyId)
  // Access: documented [K1]. A policy's session duration has precedence over the application's.
  const lifetime = policy?.session_duration ?? application.session_duration
  const assertion = await signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      identity: session.identity,
      userId: await populationUserIdFor(
        application,
        c.get('configuration').populationUsers,
        session.identity.email,
      ),
      // With the current revision: earlier revocations of the application do not end this token.
      identityNonce: identityNonceOf(sessionId, state.revocations),
      country: whereFrom(c).country,
      policyId,
      host: url.host,
      issuedAtSeconds: now,
      expiresAtSeconds: now + wholeSeconds(lifetime),
    },
    await emulator.signingKey(),
  )
  const { email } = session.identity
  const why = `${email} returned from the login page, and the cookie of ${application.name} is set.`
  reportDecision(c, {
    kind: 'login',
    step: 'done',
    email,
    application: { id: application.id, name: application.name },
    why,
  })
  report(c, {
    kind: 'application-opened',
    sessionId,
    application: { id: application.id, name: application.name, type: application.type },
    hostname: url.host,
  })
  const page = new URL(url.origin + redirectUrl)
  for (const cookie of await loginCookies(application, page, assertion, c.get('ticketSecret'))) {
    c.header('Set-Cookie', cookie, { append: true })
  }
  c.header('Cache-Control', 'no-store')
  return c.redirect(url.origin + redirectUrl, 302)
}

/** A login that returns from the team domain, with its application and session. */
type Login = { ticket: z.infer<typeof ticketSchema>; application: Application; session: Session }

// Returns undefined if the login belongs to another browser or host, has expired, or was ended.
async function findLogin(c: AppContext, token: string): Promise<Login | undefined> {
  const { configuration, now, state, stores, ticketSecret, url } = c.var
  const claims = await readTicket(ticketSecret, 'authorized', token, now)
  const { data: ticket } = ticketSchema.safeParse(claims)
  if (!ticket) return undefined
  const isOfThisBrowser = ticket.nonce === getCookie(c, APP_SESSION_COOKIE)
  if (!isOfThisBrowser || ticket.origin !== url.origin) return undefined
  const application = configuration.applications.find(({ id }) => id === ticket.applicationId)
  if (!application) return undefined
  const session = await stores.sessions.find(sessionIdOf(ticket.identityNonce))
  if (!session) return undefined
  const signIn = browserSignIn(session.identity.email, ticket.identityNonce)
  return isSignInGood(state, signIn) ? { ticket, application, session } : undefined
}

function invalidNonce(): PageError {
  return new PageError(
    400,
    'Invalid nonce. Please try logging in again.',
    'This login was started in another browser, or it has expired.',
    'Open your application again to start a new login.',
    { rule: 'A12' },
  )
}
