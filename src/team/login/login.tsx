import type { Child } from 'hono/jsx'
import type { IdentityProvider } from '../../access/identity-provider'
import { Parameters } from '../../oauth/parameters'
import { LoginPage, ProviderButtons } from '../../pages/login'
import { PageError } from '../../pages/page-error'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { automaticPerson } from '../../signin/automatic'
import {
  endLogin,
  invalidNonce,
  isLoginNonce,
  readPageForm,
  SEVERED,
  startLogin,
  WAIT_FOR_THE_REDIRECT,
} from '../../signin/browser'
import { signedIn, startSession } from '../authorization/session'
import { finish } from './finish'
import { loginWith } from './providers'
import { type LoginStep, readStep } from './step'
import { loginTitle } from './title'

/**
 * Handles `/cdn-cgi/access/login/<host>`, the login page. GET shows it, or continues if a person is
 * already signed in [A9]. POST reads the chosen identity provider (`idp`) and its fields.
 *
 * @throws PageError
 */
export async function login(c: AppContext): Promise<Response> {
  const step = await readStep(c, c.get('url').searchParams)
  if (c.req.method === 'POST') return signIn(c, step)
  const who = step.login.again ? undefined : await signedIn(c)
  if (!who) return showLogin(c, step)
  // Automatic sign-in has no session yet, but the application's cookie has to name one.
  const session = (await automaticPerson(c)) ? await startSession(c, who.identity) : who
  return finish(c, step.login, step.application, session)
}

async function showLogin(c: AppContext, step: LoginStep): Promise<Response> {
  const { application, isPickingOff, providers } = step
  const loginNonce = startLogin(c)
  const why = `No person is signed in, so the login page is shown. ${SEVERED}`
  const change = WAIT_FOR_THE_REDIRECT
  reportDecision(c, { kind: 'login', step: 'page', outcome: 'asked', why, change })
  const [only] = providers
  // Access: documented [K1, K41], `auto_redirect_to_identity` of the application or the organization: skips
  // the page if there is one provider.
  const { organization } = c.get('configuration')
  const isAutomatic =
    application.auto_redirect_to_identity || organization.auto_redirect_to_identity
  const isChosen = isAutomatic && providers.length === 1 && only
  if (isChosen && loginWith(only).redirects) {
    return start(c, step, only, new Parameters(new URLSearchParams()), loginNonce)
  }
  return respondPage(c, 200, (nonce) => (
    <LoginPage
      nonce={nonce}
      application={application.name}
      title={loginTitle(c)}
      isPickingOff={isPickingOff}
      blocks={blocksOf(c, providers, loginNonce)}
    />
  ))
}

// Returns the providers' parts in the order of the settings. Adjacent buttons share one block.
function blocksOf(c: AppContext, providers: IdentityProvider[], loginNonce: string): Child[] {
  const people = c.get('settings').PEOPLE
  const blocks: { isOfButtons: boolean; parts: Child[] }[] = []
  for (const provider of providers) {
    const { Button, redirects } = loginWith(provider)
    const part = <Button provider={provider} loginNonce={loginNonce} people={people} />
    const last = blocks.at(-1)
    if (redirects && last?.isOfButtons) last.parts.push(part)
    else blocks.push({ isOfButtons: redirects, parts: [part] })
  }
  return blocks.map(({ isOfButtons, parts }) =>
    isOfButtons ? <ProviderButtons loginNonce={loginNonce}>{parts}</ProviderButtons> : parts,
  )
}

async function signIn(c: AppContext, step: LoginStep): Promise<Response> {
  const form = await readPageForm(c)
  const loginNonce = form.get('nonce')
  if (!isLoginNonce(c, loginNonce)) throw invalidNonce()
  return start(c, step, chosen(step, form.get('idp')), form, loginNonce)
}

async function start(
  c: AppContext,
  { login, application }: LoginStep,
  provider: IdentityProvider,
  form: Parameters,
  loginNonce: string,
): Promise<Response> {
  const { again = false } = login
  const attempt = { provider, application, form, loginNonce, again }
  const started = await loginWith(provider).start(c, attempt)
  if (started instanceof Response) return started
  endLogin(c)
  return finish(c, login, application, await startSession(c, started))
}

function chosen({ providers }: LoginStep, id: string | undefined): IdentityProvider {
  const provider = id === undefined ? providers[0] : providers.find((each) => each.id === id)
  if (!provider) {
    throw new PageError(400, 'Invalid form', 'idp is not an identity provider of this application.')
  }
  return provider
}
