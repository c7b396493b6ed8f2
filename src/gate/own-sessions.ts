import { type Application, isOnHost } from '../access/application'
import type { AppContext } from '../request/context'
import { appTokens } from './app-cookie'
import { type AppToken, applicationOf, isGoodFor, readAppToken } from './by-app-token'

/**
 * Returns the browser's sessions on applications of this host, by its cookies. Access's own paths
 * are outside every application's path, so the token's audience names the application.
 *
 * @param ofAnyHost whether to include sessions on applications of other hosts
 */
export async function ownSessions(
  c: AppContext,
  ofAnyHost = false,
): Promise<{ application: Application; claims: AppToken }[]> {
  const sessions = []
  for (const token of appTokens(c.req.header('cookie'))) {
    const claims = await readAppToken(c, token)
    const application = claims && applicationOf(c, claims)
    if (!application || !(ofAnyHost || isOnHost(application, c.get('url')))) continue
    if (isGoodFor(c, application, claims)) sessions.push({ application, claims })
  }
  return sessions
}
