import type { ErrorHandler } from 'hono'
import { isBrowserNavigation } from '../access/navigation'
import { OAuthError } from '../oauth/errors'
import { PageError, respondPageError } from '../pages/page-error'
import { SettingsError } from '../settings/error'
import { StorageUnavailable } from '../store/unavailable'
import type { AppContext, Env } from './context'
import { refusalOf, reportRefusal } from './events'

/**
 * Renders every thrown error: a refusal in the protocol's form, a page, or else a 500.
 * Invalid settings and defects of the emulator are logged, and never reported as the caller's mistake.
 */
export const failure: ErrorHandler<Env> = function failure(error, c) {
  if (error instanceof OAuthError) return respondOAuthError(c, error)
  if (error instanceof PageError) {
    const why = `${error.title}${/[.!]$/.test(error.title) ? '' : ':'} ${error.message}`
    reportRefusal(c, { outcome: 'refused', why, change: error.advice, ...error.hint })
    return respondPageError(c, error)
  }
  if (error instanceof StorageUnavailable) return respondUnavailable(c, error)
  reportRefusal(c, { outcome: 'failed', why: `Internal error of the emulator: ${error.message}` })
  console.error(error instanceof SettingsError ? error.message : error)
  const page =
    error instanceof SettingsError
      ? new PageError(
          500,
          'A setting is wrong',
          error.message,
          'Correct it in [vars] of wrangler.toml, or on the command line (--var NAME:value).',
        )
      : new PageError(500, 'Internal error', 'The emulator failed. Its log has the cause.')
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) return respondPageError(c, page)
  return c.json({ error: 'server_error', error_description: page.message }, 500)
}

// RFC 9110 15.6.4. The error code is from RFC 6749 4.1.2.1, because 5.2 has no counterpart.
function respondUnavailable(c: AppContext, error: StorageUnavailable) {
  console.warn(error.message, error.cause)
  c.header('Retry-After', String(error.retryAfterSeconds))
  // The step can be retried, so its cookie (such as the nonce of a login) must not be cleared.
  c.header('Set-Cookie', undefined)
  // Forms of our pages accept text/html as well, but are no navigations in the sense of the gate.
  if (!c.req.header('accept')?.includes('text/html')) {
    return respondOAuthError(
      c,
      new OAuthError('temporarily_unavailable', error.message, { status: 503 }),
    )
  }
  reportRefusal(c, { outcome: 'failed', why: `${error.message}.` })
  return respondPageError(
    c,
    new PageError(
      503,
      'Temporarily unavailable',
      `${error.message}.`,
      'Nothing was changed. Try again.',
    ),
  )
}

// RFC 6749 5.2. Errors of RFC 7591 and of the emulator's control have the same form.
function respondOAuthError(c: AppContext, error: OAuthError): Response {
  reportRefusal(c, refusalOf(error))
  for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
  c.header('Cache-Control', 'no-store')
  c.status(error.status as 400)
  return c.json({ error: error.code, error_description: error.description })
}
