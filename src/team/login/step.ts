import type { Application } from '../../access/application'
import { type IdentityProvider, isEmulated, providersFor } from '../../access/identity-provider'
import { type Login, readLogin } from '../../access/login'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import { invalidNonce } from '../../signin/browser'
import { mayPickPeople } from '../../signin/control-session'
import { loginBy } from './providers'

/** A login under way: what it is for, and whom the application lets people sign in with. */
export type LoginStep = {
  login: Login
  application: Application
  providers: IdentityProvider[]
  /** Whether people could be picked, were this not a host for everybody. */
  isPickingOff: boolean
}

/**
 * The login that the query of a login page is about.
 *
 * @throws PageError where the query is not ours, changed, or too old
 */
export async function readStep(c: AppContext, query: URLSearchParams): Promise<LoginStep> {
  const { configuration, now, stores, team, ticketSecret } = c.var
  const login = await readLogin(ticketSecret, query, now)
  const application = configuration.applications.find(({ id }) => id === login?.applicationId)
  if (!login || !application) throw invalidNonce()
  const clientId = URL.parse(login.redirectUrl, team.origin)?.searchParams.get('client_id')
  note(c, {
    application: { id: application.id, name: application.name },
    ...(clientId && { client: { id: clientId, name: stores.clients.remembered(clientId)?.name } }),
  })
  const all = providersFor(configuration.identityProviders, application.allowed_idps)
  const mayPick = await mayPickPeople(c)
  const providers = all.filter((each) => mayPick || !isForThisMachine(each))
  const isPickingOff = providers.length < all.length
  return { login, application, providers, isPickingOff }
}

function isForThisMachine(provider: IdentityProvider): boolean {
  return isEmulated(provider) && loginBy(provider).isForThisMachine
}
