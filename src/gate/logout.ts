import { domainsOf } from '../access/application'
import { pathOf } from '../access/domain'
import { revocable, sessionIdOf } from '../access/revocation'
import type { AppContext } from '../env'
import { respondLoggedOut } from '../pages/logged-out'
import { appCookie } from './app-cookie'
import { ownSession } from './own-session'

/**
 * `GET /cdn-cgi/access/logout` on the application's host: ends the sign-in, and with it the sessions
 * of every application.
 *
 * Access: documented (session management). There is no logout of one application alone.
 */
export async function logout(c: AppContext, next: () => Promise<void>) {
  const { emulator, team, url } = c.var
  const own = await ownSession(c)
  if (own) {
    const { application, claims } = own
    if (claims.identity_nonce !== undefined) {
      await emulator.revoke(revocable.session(sessionIdOf(claims.identity_nonce)))
    }
    for (const path of new Set(domainsOf(application).map(pathOf))) {
      const page = new URL(url.origin + path)
      c.header('Set-Cookie', appCookie(application, page, ''), { append: true })
    }
  }
  return team.isRequestHost ? next() : respondLoggedOut(c)
}
