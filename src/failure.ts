import type { ErrorHandler } from 'hono'
import { isBrowserNavigation } from './access/navigation'
import type { Env } from './env'
import { PageError, respondPageError } from './pages/respond'
import { SettingsError } from './settings'

/**
 * What no surface has answered: wrong settings, and our own mistakes. Both are logged and 500, as
 * a page for browsers and JSON for everybody else.
 */
export const failure: ErrorHandler<Env> = function failure(error, c) {
  console.error(error instanceof SettingsError ? error.message : error)
  const [title, message, advice] =
    error instanceof SettingsError
      ? [
          'A setting is wrong',
          error.message,
          'Settings are in [vars] of wrangler.toml, or on the command line: --var NAME:value.',
        ]
      : ['Internal error', 'The emulator made a mistake. Its log has the cause.']
  if (isBrowserNavigation(c.req.method, c.req.raw.headers)) {
    return respondPageError(c, new PageError(500, title, message, advice))
  }
  return c.json({ error: 'server_error', error_description: message }, 500)
}
