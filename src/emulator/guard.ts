import type { MiddlewareHandler } from 'hono'
import { isBrowserNavigation } from '../access/navigation'
import { isForeignOrigin } from '../access/team-domain'
import { challenge } from '../oauth/bearer'
import { OAuthError } from '../oauth/errors'
import { PageError } from '../pages/respond'
import type { AppContext, Env } from '../request/context'
import { hasControlCookie, hasEmulatorToken } from '../signin/control-session'

const SIGN_IN = '/_emulator/sign-in'

/**
 * Lets nobody else control the emulator: on this machine no web page of another origin, on any other
 * host nobody without `EMULATOR_TOKEN`.
 *
 * @throws OAuthError, PageError
 */
export const guardControl: MiddlewareHandler<Env> = async function guardControl(c, next) {
  c.header('Cache-Control', 'no-store')
  if (c.get('isLocal')) {
    if (isForeignOrigin(c.req.header('origin')) && !isSameOrigin(c)) throw onlyHere()
    return next()
  }
  if (c.get('settings').EMULATOR_TOKEN === undefined) throw withoutToken(c)
  if (isSignIn(c) || (await hasEmulatorToken(c))) return next()
  if ((await hasControlCookie(c)) && isOwnRequest(c)) return next()
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) return c.redirect(SIGN_IN, 302)
  throw new OAuthError('invalid_token', 'Authorization: Bearer <EMULATOR_TOKEN> is needed here', {
    status: 401,
    headers: { 'WWW-Authenticate': challenge('Bearer', { realm: 'access-oauth-emulator' }) },
  })
}

// In the methods that it has: any other has no business without a token.
function isSignIn(c: AppContext): boolean {
  return c.req.path === SIGN_IN && ['GET', 'HEAD', 'POST'].includes(c.req.method)
}

function onlyHere(): OAuthError {
  return new OAuthError('access_denied', 'No web page of another origin controls the emulator', {
    status: 403,
  })
}

function withoutToken(c: AppContext): Error {
  const message = `${c.get('url').host} is not this machine, and the secret EMULATOR_TOKEN is not set.`
  const advice = 'Set it with: npx wrangler secret put EMULATOR_TOKEN'
  return isBrowserNavigation(c.req.method, c.req.raw.headers)
    ? new PageError(503, 'The emulator cannot be controlled here', message, advice)
    : new OAuthError('temporarily_unavailable', `${message} ${advice}`, { status: 503 })
}

// A cookie comes along by itself, so the page that sends it has to be one of ours. A link may be
// followed from anywhere: it changes nothing, and no page reads what it leads to.
function isOwnRequest(c: AppContext): boolean {
  const site = c.req.header('sec-fetch-site')
  if (isSameOrigin(c)) return true
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return site === 'same-origin'
  if (c.req.header('origin') !== undefined) return false
  const isNavigation = c.req.header('sec-fetch-mode') === 'navigate'
  return isNavigation || site === undefined || site === 'same-origin' || site === 'none'
}

function isSameOrigin(c: AppContext): boolean {
  return c.req.header('origin') === c.get('url').origin
}
