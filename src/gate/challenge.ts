import { getCookie } from 'hono/cookie'
import { type Application, managedOAuth } from '../access/application'
import { loginUrl } from '../access/login'
import { ACCESS_RESOURCE_METADATA } from '../access/metadata'
import { isBrowserNavigation } from '../access/navigation'
import type { AppContext } from '../env'
import { challenge } from '../oauth/bearer'

export const APP_SESSION_COOKIE = 'CF_AppSession'
const APP_SESSION = /^n[0-9a-f]{16}$/

/**
 * The answer to a request without a good credential: the 401 for a client that can use Managed
 * OAuth, the way to the login page for a browser, and for everybody while Managed OAuth is off.
 */
export function challengeRequest(c: AppContext, application: Application): Promise<Response> {
  return managedOAuth(application) && !isBrowserNavigation(c.req.method, c.req.raw.headers)
    ? askForToken(c)
    : redirectToLogin(c, application)
}

// Access: observed [U1-U6, U8, U9]. One answer, whatever was wrong with the token.
async function askForToken(c: AppContext): Promise<Response> {
  const body = {
    error: 'invalid_token',
    error_description: 'Missing or invalid access token',
    resource_metadata: resourceMetadataUrl(c),
  }
  c.header('WWW-Authenticate', challenge('Bearer', { realm: 'OAuth', ...body }))
  // Assumed: a web page may read the answer; Access's CORS headers here were not recorded.
  c.header('Access-Control-Allow-Origin', '*')
  c.header('Access-Control-Expose-Headers', 'WWW-Authenticate')
  c.header('Cache-Control', 'no-store')
  return c.json(body, 401)
}

// Access: observed [U7, U10-U14].
async function redirectToLogin(c: AppContext, application: Application): Promise<Response> {
  const { now, team, ticketSecret, url } = c.var
  const nonce = appSession(c)
  const location = await loginUrl(
    team,
    ticketSecret,
    application,
    url.host,
    { redirectUrl: url.pathname + url.search, application: { origin: url.origin, nonce } },
    now,
  )
  // The expiry is for a browser to judge, so it is real time, not the emulated clock's.
  const expires = new Date(Date.now() + 86_400_000).toUTCString()
  const secure = url.protocol === 'https:' ? ' Secure;' : ''
  c.header(
    'Set-Cookie',
    `${APP_SESSION_COOKIE}=${nonce}; Expires=${expires}; Path=/;${secure} HttpOnly`,
  )
  c.header(
    'WWW-Authenticate',
    challenge('Cloudflare-Access', { resource_metadata: resourceMetadataUrl(c) }),
  )
  c.header('Access-Control-Allow-Credentials', 'true')
  c.header(
    'Cache-Control',
    'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
  )
  c.header('Expires', 'Thu, 01 Jan 1970 00:00:01 GMT')
  c.header('Content-Type', 'text/html')
  c.header('Location', location)
  return c.body('<html><head><title>302 Found</title></head><body>302 Found</body></html>', 302)
}

/**
 * A CORS preflight brings no credential, so Access refuses it until the application says otherwise.
 *
 * Access: documented [O17]. Assumed: the body.
 */
export function refusePreflight(c: AppContext): Response | undefined {
  const isPreflight =
    c.req.method === 'OPTIONS' &&
    c.req.header('origin') !== undefined &&
    c.req.header('access-control-request-method') !== undefined
  return isPreflight ? c.text('CORS preflight refused', 403) : undefined
}

// Access: observed [U4, U5]. The path of the request; assumed: without its query.
function resourceMetadataUrl(c: AppContext): string {
  const { url } = c.var
  return `${url.origin}${ACCESS_RESOURCE_METADATA}${url.pathname}`
}

// `n` and 16 hexadecimal characters [U12]; kept while the browser has one, so that two tabs can
// both come back from the login page.
function appSession(c: AppContext): string {
  const known = getCookie(c, APP_SESSION_COOKIE)
  if (known && APP_SESSION.test(known)) return known
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  return `n${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
