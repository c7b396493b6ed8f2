import { getCookie, setCookie } from 'hono/cookie'
import { OAuthError } from '../oauth/errors'
import type { Parameters } from '../oauth/parameters'
import { PageError } from '../pages/respond'
import { readForm } from '../request/body'
import type { AppContext } from '../request/context'

const LOGIN_COOKIE = 'CF_Access_Login'
/** Of the team domain, where its host is an application's too. Assumed: the name. */
export const TEAM_SESSION_COOKIE = 'CF_Access_Session'
/** Of the dashboard. Assumed: the name. */
export const DASH_SESSION_COOKIE = 'CF_Dash_Session'
/** Of the console, on a host that is not this machine's. */
export const CONTROL_COOKIE = 'CF_Emulator_Control'
const OWN_COOKIES = [LOGIN_COOKIE, TEAM_SESSION_COOKIE, DASH_SESSION_COOKIE, CONTROL_COOKIE]
const LOGIN_LIFETIME_SECONDS = 15 * 60

/** A cookie that scripts cannot read and other sites' forms do not send. */
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

/** A Cookie header without what is none of an application's business: who is signed in elsewhere. */
export function withoutOwnCookies(header: string): string {
  return header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => !OWN_COOKIES.some((name) => pair.startsWith(`${name}=`)))
    .join('; ')
}

/**
 * Starts a login in this browser: its nonce is in a cookie and in everything that comes back.
 *
 * Access: observed [A12]. A second login page replaces the cookie: the form of the first tab, or of
 * another site, is refused.
 */
export function startLogin(c: AppContext): string {
  const nonce = crypto.randomUUID()
  setPrivateCookie(c, LOGIN_COOKIE, nonce, LOGIN_LIFETIME_SECONDS)
  return nonce
}

/** Whether the nonce is that of the login which this browser started last. */
export function isLoginNonce(c: AppContext, nonce: string | undefined): nonce is string {
  return nonce !== undefined && nonce === getCookie(c, LOGIN_COOKIE)
}

/** Sends the browser to a step of ours. Its address has a ticket in it, which no cache may keep. */
export function redirectToStep(c: AppContext, location: string): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Referrer-Policy', 'no-referrer')
  return c.redirect(location, 302)
}

/** Ends the login that came back: what it was started with is good once. */
export function endLogin(c: AppContext): void {
  setPrivateCookie(c, LOGIN_COOKIE, '', 0)
}

/** What a client that has opened a page in a popup learns from its event [P13]. */
export const SEVERED =
  'The page severs a popup from the window that opened it (Cross-Origin-Opener-Policy, P13).'
export const WAIT_FOR_THE_REDIRECT =
  'Wait for the redirect at redirect_uri, not for window.opener or for the popup to be closed.'

/** Access: observed [A12], the title. */
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
 * The form of one of our pages.
 *
 * @throws PageError, because a person is looking
 */
export async function readPageForm(c: AppContext): Promise<Parameters> {
  return onPage(() => readForm(c))
}

/** Runs what reads a page's form: its refusals are pages. */
export async function onPage<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new PageError(400, 'Invalid form', `${error.description}.`)
  }
}
