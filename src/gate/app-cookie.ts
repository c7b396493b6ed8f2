import { type Application, coveredAt } from '../access/application'
import { pathOf } from '../access/domain'

export const APP_TOKEN_COOKIE = 'CF_Authorization'

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
    ...(page.protocol === 'https:' ? ['Secure'] : []),
    ...(application.http_only_cookie_attribute ? ['HttpOnly'] : []),
    ...(sameSite ? [`SameSite=${sameSite[0]?.toUpperCase()}${sameSite.slice(1)}`] : []),
  ].join('; ')
}

// The path of the domain that covers the page, where the application keeps its cookie to its path.
function cookiePath(application: Application, page: URL): string {
  if (!application.path_cookie_attribute) return '/'
  return pathOf(coveredAt([application], page)?.domain ?? '') || '/'
}
