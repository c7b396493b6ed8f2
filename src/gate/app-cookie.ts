import { type Application, coveredAt } from '../access/application'
import { pathOf } from '../access/domain'
import { sha256 } from '../oauth/encoding'
import { BINDING_COOKIE } from '../signin/browser'

const APP_TOKEN_COOKIE = 'CF_Authorization'

/**
 * Returns the `Set-Cookie` values of a login: the application's token and, if `enable_binding_cookie` is
 * on, the cookie that binds it to this browser.
 *
 * Access: observed [O21].
 */
export async function loginCookies(
  application: Application,
  page: URL,
  token: string,
  secret: Uint8Array,
): Promise<string[]> {
  const own = appCookie(application, page, token)
  if (!application.enable_binding_cookie) return [own]
  const attributes = own.split('; ').slice(1)
  // Scripts never need it, whatever http_only_cookie_attribute is.
  if (!attributes.includes('HttpOnly')) attributes.push('HttpOnly')
  return [own, [`${BINDING_COOKIE}=${await bindingOf(token, secret)}`, ...attributes].join('; ')]
}

/** Returns whether a Cookie header has the cookie that binds the token. */
export async function isBound(
  cookieHeader: string | undefined,
  token: string,
  secret: Uint8Array,
): Promise<boolean> {
  return valuesOf(cookieHeader, BINDING_COOKIE).includes(await bindingOf(token, secret))
}

function bindingOf(token: string, secret: Uint8Array): Promise<string> {
  return sha256(`binding:${new TextDecoder().decode(secret)}:${token}`)
}

/**
 * Returns the `Set-Cookie` of an application's token, with the attributes that the application sets.
 *
 * Access: documented [K1], `http_only_cookie_attribute`, `same_site_cookie_attribute`,
 * `path_cookie_attribute`. Not like Access: no `Secure` over plain http.
 *
 * @param page the page that the cookie is for
 * @param value the token; empty to delete the cookie
 */
export function appCookie(application: Application, page: URL, value: string): string {
  const sameSite = application.same_site_cookie_attribute
  return [
    `${APP_TOKEN_COOKIE}=${value}`,
    `Path=${cookiePath(application, page)}`,
    ...(value === '' ? ['Expires=Thu, 01 Jan 1970 00:00:01 GMT'] : []),
    // Browsers reject SameSite=None without Secure. On loopback they accept Secure over http.
    ...(page.protocol === 'https:' || sameSite === 'none' ? ['Secure'] : []),
    ...(application.http_only_cookie_attribute ? ['HttpOnly'] : []),
    ...(sameSite ? [`SameSite=${sameSite[0]?.toUpperCase()}${sameSite.slice(1)}`] : []),
  ].join('; ')
}

// Returns the path of the domain that covers the page, if `path_cookie_attribute` is on.
function cookiePath(application: Application, page: URL): string {
  if (!application.path_cookie_attribute) return '/'
  const path = pathOf(coveredAt([application], page)?.domain ?? '')
  // RFC 6265 4.1.1: a `;` ends the attribute. 5.1.4: a path covers everything below it. So a path
  // with a `;` is cut back to the last folder before it.
  return path.replace(/\/[^/;]*;.*$/, '') || '/'
}

/**
 * Returns the application tokens of a Cookie header. A browser sends one for each path, the longest
 * path first, and only one of them is for the requested application.
 */
export function appTokens(cookieHeader: string | undefined): string[] {
  return valuesOf(cookieHeader, APP_TOKEN_COOKIE)
}

function valuesOf(cookieHeader: string | undefined, name: string): string[] {
  return (cookieHeader ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}
