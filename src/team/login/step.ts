import type { Application } from '../../access/application'
import { type IdentityProvider, isEmulated, providersFor } from '../../access/identity-provider'
import { type Login, readLogin } from '../../access/login'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import { invalidNonce } from '../../signin/browser'
import { mayPickPeople } from '../../signin/control-session'
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
 * @throws PageError if the query was not signed here, was changed, or has expired
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
  return isEmulated(provider) && loginWith(provider).isForThisMachine
}
