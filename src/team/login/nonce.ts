import { getCookie } from 'hono/cookie'
import type { AppContext } from '../../env'
import { PageError } from '../../pages/respond'
import { setTeamCookie } from '../authorization/session'

const COOKIE = 'CF_Access_Login'
const LIFETIME_SECONDS = 15 * 60

/**
 * Starts a login in this browser: its nonce is in a cookie and in everything that comes back.
 *
 * Access: observed [A12]. A second login page replaces the cookie: the form of the first tab, or of
 * another site, is refused.
 */
export function startLogin(c: AppContext): string {
  const nonce = crypto.randomUUID()
  setTeamCookie(c, COOKIE, nonce, LIFETIME_SECONDS)
  return nonce
}

/** Whether the nonce is that of the login which this browser started last. */
export function isLoginNonce(c: AppContext, nonce: string | undefined): nonce is string {
  return nonce !== undefined && nonce === getCookie(c, COOKIE)
}

/** Ends the login that came back: what it was started with is good once. */
export function endLogin(c: AppContext): void {
  setTeamCookie(c, COOKIE, '', 0)
}

/** Access: observed [A12], the title. */
export function invalidNonce(): PageError {
  return new PageError(
    400,
    'Invalid nonce. Please try logging in again.',
    'This login page was left open too long, or another one was opened after it.',
    'Go back to your client or application and start again.',
  )
}
