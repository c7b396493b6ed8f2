import { emailSchema, seededIdentity } from '../../access/identity'
import { type IdentityProvider, isEmulated } from '../../access/identity-provider'
import { automaticPerson } from '../../automatic'
import {
  endLogin,
  invalidNonce,
  isLoginNonce,
  readPageForm,
  SEVERED,
  startLogin,
  WAIT_FOR_THE_REDIRECT,
} from '../../browser'
import type { AppContext } from '../../env'
import type { Parameters } from '../../oauth/parameters'
import { LoginPage } from '../../pages/login'
import { PageError, respondPage } from '../../pages/respond'
import { reportDecision } from '../../report'
import { signedIn, startSession } from '../authorization/session'
import { finish } from './finish'
import { redirectToProvider } from './oidc'
import { askForPin, readPin } from './one-time-pin'
import { type LoginStep, readStep } from './step'

/**
 * `/cdn-cgi/access/login/<host>`: who are you? GET shows the page, or goes on where somebody is
 * signed in [A9]; POST takes the choice of an identity provider (`idp`) and what it needs.
 *
 * @throws PageError
 */
export async function login(c: AppContext): Promise<Response> {
  const step = await readStep(c, c.get('url').searchParams)
  if (c.req.method === 'POST') return signIn(c, step)
  const who = step.login.again ? undefined : await signedIn(c)
  if (!who) return showLogin(c, step)
  // Automatic sign-in has no session yet, and the application's cookie is to name one.
  const session = (await automaticPerson(c)) ? await startSession(c, who.identity) : who
  return finish(c, step.login, step.application, session)
}

async function showLogin(c: AppContext, step: LoginStep): Promise<Response> {
  const { login, application, isPickingOff, providers } = step
  const loginNonce = startLogin(c)
  const why = `Nobody is signed in: the login page is shown. ${SEVERED}`
  const change = WAIT_FOR_THE_REDIRECT
  reportDecision(c, { kind: 'login', step: 'page', outcome: 'asked', why, change })
  const [only] = providers
  // Access: documented (`auto_redirect_to_identity`): with one provider there is nothing to choose.
  if (application.auto_redirect_to_identity && only?.type === 'oidc') {
    return redirectToProvider(c, only, loginNonce, login.again)
  }
  return respondPage(c, 200, (nonce) => (
    <LoginPage
      nonce={nonce}
      loginNonce={loginNonce}
      application={application.name}
      people={c.get('settings').PEOPLE}
      providers={providers.filter(isEmulated)}
      isPickingOff={isPickingOff}
    />
  ))
}

async function signIn(c: AppContext, step: LoginStep): Promise<Response> {
  const { login, application, providers } = step
  const form = await readPageForm(c)
  const loginNonce = form.get('nonce')
  if (!isLoginNonce(c, loginNonce)) throw invalidNonce()
  const provider = chosen(providers, form.get('idp'))
  if (provider.type === 'oidc') return redirectToProvider(c, provider, loginNonce, login.again)
  const email =
    provider.type === 'onetimepin' ? await readPin(c, form, loginNonce) : readEmail(form)
  if (email === undefined) {
    return askForPin(c, application, identityOf(c, provider, readEmail(form)), loginNonce)
  }
  endLogin(c)
  return finish(c, login, application, await startSession(c, identityOf(c, provider, email)))
}

function chosen(providers: IdentityProvider[], id: string | undefined): IdentityProvider {
  const provider = id === undefined ? providers[0] : providers.find((each) => each.id === id)
  if (!provider) {
    throw new PageError(400, 'Invalid form', 'idp is no identity provider of this application.')
  }
  return provider
}

function readEmail(form: Parameters): string {
  const email = emailSchema.safeParse(form.get('email'))
  if (!email.success) throw new PageError(400, 'Invalid form', 'email must be an e-mail address.')
  return email.data
}

function identityOf(c: AppContext, provider: IdentityProvider, email: string) {
  return seededIdentity(c.get('settings').PEOPLE, email, provider)
}
