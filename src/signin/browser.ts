/**
 * Sign-in at this browser: private cookies, the nonce of a login, automatic sign-in, and the console's
 * own sign-in (`control-session.ts`).
 *
 * Sessions of the team domain and of the dashboard are their surfaces' own.
 */
import { getCookie, setCookie } from 'hono/cookie'
import { OAuthError } from '../oauth/errors'
import type { Parameters } from '../oauth/parameters'
import { PageError } from '../pages/page-error'
import { readForm } from '../request/body'
import type { AppContext } from '../request/context'

const LOGIN_COOKIE = 'CF_Access_Login'
/** The session at the team domain, which may share its host with an application. Assumed: the name. */
export const TEAM_SESSION_COOKIE = 'CF_Access_Session'
/** The session at the dashboard. Assumed: the name. */
export const DASH_SESSION_COOKIE = 'CF_Dash_Session'
/** The session at the console, on a host that is not this machine's. */
export const CONTROL_COOKIE = 'CF_Emulator_Control'
/** Binds `CF_Authorization` to a browser. The origin never receives it [O21]. */
export const BINDING_COOKIE = 'CF_Binding'
const OWN_COOKIES = [
  LOGIN_COOKIE,
  TEAM_SESSION_COOKIE,
  DASH_SESSION_COOKIE,
  CONTROL_COOKIE,
  BINDING_COOKIE,
]
const OWN_AFTER_COMMA = new RegExp(`,\\s*(?=(?:${OWN_COOKIES.join('|')})=)`)
const LOGIN_LIFETIME_SECONDS = 15 * 60

/** Sets a cookie that scripts cannot read and that is not sent with forms of other sites. */
export function setPrivateCookie(
  c: AppContext,
  name: string,
  value: string,
  maxAgeSeconds: number,
): void {
  setCookie(c, name, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: c.get('url').protocol === 'https:',
    // Browsers keep no cookie longer than 400 days.
    maxAge: Math.min(maxAgeSeconds, 400 * 86_400),
  })
}

/**
 * Removes the emulator's own cookies from a Cookie header, before it is sent to an application. A runtime
 * joins several headers by a comma (RFC 6265 5.4 allows one), so an own cookie may follow one.
 */
export function withoutOwnCookies(header: string): string {
  return header
    .split(OWN_AFTER_COMMA)
    .join(';')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => !OWN_COOKIES.some((name) => pair.startsWith(`${name}=`)))
    .join('; ')
}

/**
 * Starts a login in this browser. Its nonce is in a cookie, and every form of the login returns it.
 *
 * Access: observed [A12]. A second login page replaces the cookie, so the form of the first tab, or of
 * another site, is refused.
 */
export function startLogin(c: AppContext): string {
  const nonce = crypto.randomUUID()
  setPrivateCookie(c, LOGIN_COOKIE, nonce, LOGIN_LIFETIME_SECONDS)
  return nonce
}

/** Returns whether the nonce belongs to the login that this browser started last. */
export function isLoginNonce(c: AppContext, nonce: string | undefined): nonce is string {
  return nonce !== undefined && nonce === getCookie(c, LOGIN_COOKIE)
}

/** Redirects to a further step of the login. The URL contains a ticket, so it must not be cached. */
export function redirectToStep(c: AppContext, location: string): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Referrer-Policy', 'no-referrer')
  return c.redirect(location, 302)
}

/** Ends the login by clearing its nonce, which is valid once. */
export function endLogin(c: AppContext): void {
  setPrivateCookie(c, LOGIN_COOKIE, '', 0)
}

/** The note in events of pages, for clients that open them in a popup. Access: observed [P13]. */
export const SEVERED =
  'The page severs a popup from the window that opened it (Cross-Origin-Opener-Policy, P13).'
export const WAIT_FOR_THE_REDIRECT =
  'Wait for the redirect at redirect_uri, not for window.opener or for the popup to be closed.'

/** Returns the page for a nonce that is not the browser's. Access: observed [A12], the title. */
export function invalidNonce(): PageError {
  return new PageError(
    400,
    'Invalid nonce. Please try logging in again.',
    'This login page was left open too long, or another one was opened after it.',
    'Go back to your client or application and start again.',
    { rule: 'A12' },
  )
}

/**
 * Reads the form of a page.
 *
 * @throws PageError if the form is invalid, because a person reads the response
 */
export async function readPageForm(c: AppContext): Promise<Parameters> {
  return onPage(() => readForm(c))
}

/** Reads a page's form, and turns protocol errors into pages. */
export async function onPage<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new PageError(400, 'Invalid form', `${error.description}.`)
  }
}
