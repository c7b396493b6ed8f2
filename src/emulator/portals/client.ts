import { OAuthError } from '../../oauth/errors'
import type { AppContext } from '../../request/context'
import { keepCredential } from '../../upstream/oauth/keep'
import { registerAgain } from '../../upstream/oauth/registration'
import { deleteClient } from '../clients'
import { respond } from '../respond'
import { requireOAuth, requireUpstream } from './upstreams'

/**
 * Handles `DELETE /_emulator/upstreams/{id}/client`: makes the server forget the portal's client. If the server
 * is this emulator, the client is deleted. Any other server cannot be made to forget it, so the portal uses a
 * client id from then on that the server does not know; its response is the server's own.
 *
 * @throws OAuthError `invalid_request` if the portal has registered no client there
 */
export async function forgetPortalClient(c: AppContext): Promise<Response> {
  const server = requireUpstream(c)
  const credential = requireOAuth(server)
  const { config, mode, registration } = credential
  if (mode !== 'dcr' || !registration) {
    const message = `the portal has not registered a client at ${server.id}: expected one that a sign-in has registered`
    throw new OAuthError('invalid_request', message)
  }
  const { client_id: id } = registration
  const { stores, team } = c.var
  const isHere = URL.parse(config?.token_endpoint ?? '')?.origin === team.origin
  if (isHere && (await stores.clients.find(id))) {
    await deleteClient(c, id)
  } else {
    const unknown = { ...registration, client_id: `forgotten-${crypto.randomUUID()}` }
    await keepCredential(c, server.id, (stored) => ({ ...stored, registration: unknown }))
  }
  return respond(c, 'DELETE upstreams/{id}/client', { forgotten: id })
}

/**
 * Handles `POST /_emulator/upstreams/{id}/client`: registers the portal at the server again, which Cloudflare
 * never does [MP71].
 *
 * @throws OAuthError `invalid_request` if the server has a client of the administrator, or refuses
 */
export async function registerPortalClient(c: AppContext): Promise<Response> {
  const server = requireUpstream(c)
  if (requireOAuth(server).mode !== 'dcr') {
    const message = `the client at ${server.id} was configured by the administrator: change it through the API`
    throw new OAuthError('invalid_request', message)
  }
  const { registration } = await registerAgain(c, server).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new OAuthError('invalid_request', `${server.id} refused the registration: ${reason}`)
  })
  return respond(c, 'POST upstreams/{id}/client', { client_id: registration.client_id })
}
