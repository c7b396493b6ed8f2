import type { MiddlewareHandler } from 'hono'
import { isBrowserNavigation } from '../access/navigation'
import { challenge } from '../oauth/bearer'
import { OAuthError } from '../oauth/errors'
import { PageError } from '../pages/page-error'
import type { AppContext, Env } from '../request/context'
import { isFromForeignPage, isSameOrigin, withoutTokenAdvice } from '../request/origin'
import { hasControlCookie, hasEmulatorToken } from '../signin/control-session'

const SIGN_IN = '/_emulator/sign-in'

/**
 * Protects the control: on this machine it refuses web pages of other origins, on any other host every
 * caller without `EMULATOR_TOKEN`.
 *
 * @throws OAuthError, PageError
 */
export const guardControl: MiddlewareHandler<Env> = async function guardControl(c, next) {
  c.header('Cache-Control', 'no-store')
  if (c.get('isLocal')) {
    if (isFromForeignPage(c)) throw onlyHere()
    return next()
  }
  if (c.get('settings').EMULATOR_TOKEN === undefined) throw withoutToken(c)
  if (isSignIn(c) || (await hasEmulatorToken(c))) return next()
  if ((await hasControlCookie(c)) && isOwnRequest(c)) return next()
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) return c.redirect(SIGN_IN, 302)
  throw new OAuthError(
    'invalid_token',
    'this host requires the header Authorization: Bearer <EMULATOR_TOKEN>',
    {
      status: 401,
      headers: { 'WWW-Authenticate': challenge('Bearer', { realm: 'access-oauth-emulator' }) },
    },
  )
}

// Other methods than those of the sign-in page need the token.
function isSignIn(c: AppContext): boolean {
  return c.req.path === SIGN_IN && ['GET', 'HEAD', 'POST'].includes(c.req.method)
}

function onlyHere(): OAuthError {
  const message =
    'web pages of other origins cannot control the emulator: use its console at /_emulator/ or a program'
  return new OAuthError('access_denied', message, { status: 403 })
}

function withoutToken(c: AppContext): Error {
  const message = `The control at ${c.get('url').host} requires the secret EMULATOR_TOKEN, which is not set.`
  const advice = withoutTokenAdvice(c)
  return isBrowserNavigation(c.req.method, c.req.raw.headers)
    ? new PageError(503, 'The emulator cannot be controlled here', message, advice)
    : new OAuthError('temporarily_unavailable', `${message} ${advice}`, { status: 503 })
}

// Browsers add the cookie to every request, so the request must come from one of our own pages. Links
// from other sites are allowed: a navigation changes nothing, and the other site cannot read the page.
function isOwnRequest(c: AppContext): boolean {
  const site = c.req.header('sec-fetch-site')
  if (isSameOrigin(c)) return true
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return site === 'same-origin'
  if (c.req.header('origin') !== undefined) return false
  const isNavigation = c.req.header('sec-fetch-mode') === 'navigate'
  return isNavigation || site === undefined || site === 'same-origin' || site === 'none'
}
