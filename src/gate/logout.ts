import { addressesOf } from '../access/addresses'
import { domainsOf, isOnHost } from '../access/application'
import { pathOf } from '../access/domain'
import { revocable, sessionIdOf } from '../access/revocation'
import { respondLoggedOut } from '../pages/logged-out'
import type { AppContext } from '../request/context'
import { appCookie } from './app-cookie'
import { ownSessions } from './own-sessions'

/**
 * Handles `GET /cdn-cgi/access/logout` on the application's host: ends the sign-in, and with it the
 * sessions of every application.
 *
 * Access: documented (session management). Logging out of a single application is not possible.
 */
export async function logout(c: AppContext, next: () => Promise<void>) {
  const { configuration, emulator, team, url } = c.var
  for (const { claims } of await ownSessions(c)) {
    if (claims.identity_nonce === undefined) continue
    await emulator.revoke(revocable.session(sessionIdOf(claims.identity_nonce)))
  }
  // The browser does not send a cookie with another path here, so all possible cookies are deleted.
  const applications = configuration.applications.filter((each) => isOnHost(each, url))
  const cleared = applications.flatMap((each) =>
    domainsOf(each).map((domain) => appCookie(each, new URL(url.origin + pathOf(domain)), '')),
  )
  for (const cookie of new Set(cleared)) c.header('Set-Cookie', cookie, { append: true })
  if (team.isRequestHost) return next()
  return respondLoggedOut(c, addressesOf(applications, url, url.origin))
}
