import { OAuthError } from '../../oauth/errors'
import type { AppContext } from '../../request/context'
import { startAuthentication } from '../../upstream/oauth/authenticate'
import { keepCredential } from '../../upstream/oauth/keep'
import { respond } from '../respond'
import { requireOAuth, requireUpstream } from './upstreams'

/** The page of the console to which an administrator returns from a server. */
export const PORTALS_PAGE = '/_emulator/console/portals'

/**
 * Handles `POST /_emulator/upstreams/{id}/admin-grant`: begins the sign-in of an administrator at a server, which
 * is the dashboard's button "Authenticate server", and returns the address to open in a browser.
 *
 * @throws OAuthError `invalid_request` if the server has no OAuth, or refuses to register the portal
 */
export async function beginAdminSignIn(c: AppContext): Promise<Response> {
  const server = requireUpstream(c)
  requireOAuth(server)
  const back = c.get('url').origin + PORTALS_PAGE
  const url = await startAuthentication(c, server, back).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    // Portal: observed, the code and the text of the dashboard.
    throw new OAuthError('invalid_request', `50003 Registration was not successful: ${reason}`)
  })
  return respond(c, 'POST upstreams/{id}/admin-grant', { url })
}

/**
 * Handles `DELETE /_emulator/upstreams/{id}/admin-grant`: ends the administrator's grant as if the server had
 * revoked it. Nothing reports it: the server is `stale` at its next sync [MP20].
 *
 * @throws OAuthError `invalid_request` if there is no such grant
 */
export async function expireAdminGrant(c: AppContext): Promise<Response> {
  const { id, ...server } = requireUpstream(c)
  const credential = requireOAuth({ id, ...server })
  if (!credential.admin) {
    const message = `no administrator is signed in to ${id}: POST /_emulator/upstreams/${id}/admin-grant begins a sign-in`
    throw new OAuthError('invalid_request', message)
  }
  const { refresh_token: _, ...admin } = credential.admin
  // Without a refresh token, the end of the access token is the end of the grant.
  const expired = { ...admin, expires_at_seconds: c.get('now') }
  await keepCredential(c, id, (stored) => ({ ...stored, admin: expired }))
  return respond(c, 'DELETE upstreams/{id}/admin-grant', { expired: id })
}
