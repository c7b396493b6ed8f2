import { getCookie } from 'hono/cookie'
import { type Application, isOnHost } from '../access/application'
import type { AppContext } from '../env'
import { APP_TOKEN_COOKIE } from './app-cookie'
import { type AppToken, applicationOf, isGoodFor, readAppToken } from './by-app-token'

/**
 * The browser's own session on an application of this host, by its cookie. Access's own paths are
 * below no application's path, so the token itself says which one it is for.
 */
export async function ownSession(
  c: AppContext,
): Promise<{ application: Application; claims: AppToken } | undefined> {
  const token = getCookie(c, APP_TOKEN_COOKIE)
  const claims = token && (await readAppToken(c, token))
  if (!claims) return undefined
  const application = applicationOf(c, claims)
  if (!application || !isOnHost(application, c.var.url)) return undefined
  return isGoodFor(c, application, claims) ? { application, claims } : undefined
}
