import { addressesOf, anyHostFrom } from '../access/addresses'
import { revocable, sessionIdOf } from '../access/revocation'
import { respondLoggedOut } from '../pages/logged-out'
import type { AppContext } from '../request/context'
import { endSession, signedInByCookie } from './authorization/session'

/**
 * Handles `GET /cdn-cgi/access/logout` on the team domain: ends the session with every application.
 * Grants of Managed OAuth continue.
 *
 * Access: documented (session management).
 */
export async function logout(c: AppContext): Promise<Response> {
  const who = await signedInByCookie(c)
  if (who) await c.get('emulator').revoke(revocable.session(sessionIdOf(who.identityNonce)))
  endSession(c)
  const { configuration, url } = c.var
  return respondLoggedOut(c, addressesOf(configuration.applications, url, anyHostFrom(url)))
}
