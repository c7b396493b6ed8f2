import { type Application, coveredAt } from '../access/application'
import { pathOf } from '../access/domain'

const APP_TOKEN_COOKIE = 'CF_Authorization'

/**
 * The `Set-Cookie` of an application's token, with the attributes that the application asks for.
 *
 * Access: documented (`http_only_cookie_attribute`, `same_site_cookie_attribute`,
 * `path_cookie_attribute`). Not like Access: without `Secure` over plain http.
 *
 * @param page the page that the cookie is for
 * @param value the token; empty to take the cookie away
 */
export function appCookie(application: Application, page: URL, value: string): string {
  const sameSite = application.same_site_cookie_attribute
  return [
    `${APP_TOKEN_COOKIE}=${value}`,
    `Path=${cookiePath(application, page)}`,
    ...(value === '' ? ['Expires=Thu, 01 Jan 1970 00:00:01 GMT'] : []),
    // Browsers keep no SameSite=None without Secure; on loopback they take it over http too.
    ...(page.protocol === 'https:' || sameSite === 'none' ? ['Secure'] : []),
    ...(application.http_only_cookie_attribute ? ['HttpOnly'] : []),
    ...(sameSite ? [`SameSite=${sameSite[0]?.toUpperCase()}${sameSite.slice(1)}`] : []),
  ].join('; ')
}

// The path of the domain that covers the page, where the application keeps its cookie to its path.
function cookiePath(application: Application, page: URL): string {
  if (!application.path_cookie_attribute) return '/'
  const path = pathOf(coveredAt([application], page)?.domain ?? '')
  // RFC 6265 4.1.1: a `;` ends the attribute, and 5.1.4: a path is for what is below it. So what has
  // one gets the folder that it is in.
  return path.replace(/\/[^/;]*;.*$/, '') || '/'
}

/**
 * The values of every cookie of that name. A browser sends one per path, the longest path first, and
 * only one of them is of the application that is asked for.
 */
export function appTokens(cookieHeader: string | undefined): string[] {
  return (cookieHeader ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${APP_TOKEN_COOKIE}=`))
    .map((pair) => pair.slice(APP_TOKEN_COOKIE.length + 1))
}
