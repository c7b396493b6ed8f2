import { type Application, isOnHost } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { type IdentityProvider, providersFor } from '../../access/identity-provider'
import { type Login, readLogin } from '../../access/login'
import { parametersOf } from '../../faults/strike'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import { faultsOf, strikes } from '../../request/faults'
import { invalidNonce } from '../../signin/browser'
import { mayPickPeople } from '../../signin/control-session'
import { applicationNotFound } from './application-not-found'
import { loginWith } from './providers'

/** A login in progress: its destination, and the identity providers of the application. */
export type LoginStep = {
  login: Login
  application: Application
  providers: IdentityProvider[]
  /** Whether the choice of a person is hidden, because this host is public. */
  isPickingOff: boolean
}

/**
 * Reads the login from the query of a login page.
 *
 * @throws PageError if the query was not signed here, was changed, or has expired, or if the
 *   application is not found
 */
export async function readStep(c: AppContext, query: URLSearchParams): Promise<LoginStep> {
  const { configuration, now, stores, team, ticketSecret } = c.var
  const login = await readLogin(ticketSecret, query, now)
  if (!login) {
    const host = URL.parse(`${c.get('url').protocol}//${c.req.param('host')}`)
    const isKnown = !host || configuration.applications.some((each) => isOnHost(each, host))
    throw isKnown ? invalidNonce() : applicationNotFound(NOT_COVERED)
  }
  const application = configuration.applications.find(({ id }) => id === login.applicationId)
  if (!application) throw applicationNotFound(NO_APPLICATION)
  const clientId =
    URL.parse(login.redirectUrl, team.origin)?.searchParams.get('client_id') ?? undefined
  note(c, {
    application: { id: application.id, name: application.name },
    ...(clientId && { client: { id: clientId, name: stores.clients.remembered(clientId)?.name } }),
  })
  if (await isTooNew(c, application, clientId)) throw applicationNotFound(TOO_NEW)
  const all = providersFor(configuration.identityProviders, application.allowed_idps)
  const mayPick = await mayPickPeople(c)
  const providers = all.filter((each) => mayPick || !isForThisMachine(each))
  const isPickingOff = providers.length < all.length
  return { login, application, providers, isPickingOff }
}

const NOT_COVERED = {
  rule: 'A15',
  why: 'No application of Access covers the host in the path of this login page.',
  change: 'Open the application itself: Access redirects to its login page.',
}
const NO_APPLICATION = {
  rule: 'A15',
  why: 'The application of this login was deleted while the login was open.',
  change: 'Open the application again, or start again from your client.',
}
const TOO_NEW = {
  rule: 'A15',
  why: 'The fault late-application is on: the login page does not find the new application yet.',
  change: 'Wait for the delay of the fault, or advance the clock.',
}

// Returns whether the fault `late-application` hides the application. Records of the settings are old.
async function isTooNew(
  c: AppContext,
  application: Application,
  clientId: string | undefined,
): Promise<boolean> {
  const delay = parametersOf(faultsOf(c), 'late-application')?.delay
  if (delay === undefined || application.created_at === undefined) return false
  const foundAtSeconds = Date.parse(application.created_at) / 1000 + wholeSeconds(delay)
  if (c.get('now') >= foundAtSeconds) return false
  return (await strikes(c, 'late-application', { clientId, application })) !== undefined
}

function isForThisMachine(provider: IdentityProvider): boolean {
  return loginWith(provider).isForThisMachine
}
