import { domainsOf, isOnHost } from '../access/application'
import { pathOf } from '../access/domain'
import { revocable, sessionIdOf } from '../access/revocation'
import { respondLoggedOut } from '../pages/logged-out'
import type { AppContext } from '../request/context'
import { appCookie } from './app-cookie'
import { ownSessions } from './own-sessions'

/**
 * `GET /cdn-cgi/access/logout` on the application's host: ends the sign-in, and with it the sessions
 * of every application.
 *
 * Access: documented (session management). There is no logout of one application alone.
 */
export async function logout(c: AppContext, next: () => Promise<void>) {
  const { configuration, emulator, team, url } = c.var
  for (const { claims } of await ownSessions(c)) {
    if (claims.identity_nonce === undefined) continue
    await emulator.revoke(revocable.session(sessionIdOf(claims.identity_nonce)))
  }
  // A cookie that keeps to its path does not come here, so all that may be there are taken away.
  const cleared = configuration.applications
    .filter((each) => isOnHost(each, url))
    .flatMap((each) =>
      domainsOf(each).map((domain) => appCookie(each, new URL(url.origin + pathOf(domain)), '')),
    )
  for (const cookie of new Set(cleared)) c.header('Set-Cookie', cookie, { append: true })
  return team.isRequestHost ? next() : respondLoggedOut(c)
}
