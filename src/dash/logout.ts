import { findOAuthClient } from '../account/oauth/dash-client'
import { CONNECTED_PATH } from '../account/oauth/dash-domain'
import { goForm } from '../account/oauth/go-form'
import { clientOfIdToken } from '../account/oauth/id-token'
import { respondLoggedOut } from '../pages/logged-out'
import type { AppContext } from '../request/context'
import { endSession } from './session'

/**
 * Handles `/oauth2/logout` and `/oauth2/sessions/logout`: ends the browser's session and no grant.
 * It redirects to `post_logout_redirect_uri` if the client of `id_token_hint` or `client_id` has
 * registered that URI.
 *
 * Dashboard: documented [D7]. Not like the engine: there is no page that asks for confirmation.
 *
 * @see https://openid.net/specs/openid-connect-rpinitiated-1_0.html
 */
export async function logout(c: AppContext): Promise<Response> {
  const to = await registeredTarget(c)
  await endSession(c)
  if (to !== undefined) return c.redirect(to, 302)
  return respondLoggedOut(c, [{ name: 'Connected Applications', url: CONNECTED_PATH }])
}

async function registeredTarget(c: AppContext): Promise<string | undefined> {
  const { configuration, dash, emulator, url } = c.var
  const value = (name: string) => url.searchParams.get(name) || undefined
  const uri = value('post_logout_redirect_uri')
  const hint = value('id_token_hint')
  const clientId = hint
    ? await clientOfIdToken(hint, dash.origin, await emulator.keys())
    : value('client_id')
  const client = findOAuthClient(configuration.oauthClients, clientId ?? '')
  if (!uri || !client?.post_logout_redirect_uris?.includes(uri)) return undefined
  const state = value('state')
  return state === undefined ? uri : `${uri}${uri.includes('?') ? '&' : '?'}${goForm({ state })}`
}
