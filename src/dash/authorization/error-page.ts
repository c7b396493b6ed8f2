import { PageError } from '../../pages/page-error'
import type { AppContext } from '../../request/context'

/**
 * Handles `GET /oauth/error`, which shows the errors that must not be sent to the client. The text
 * comes from the page's address, so it is untrusted.
 *
 * Dashboard: observed [D8]. Assumed: the page and its status.
 *
 * @throws PageError always
 */
export function errorPage(c: AppContext): never {
  const { searchParams } = c.get('url')
  const error = searchParams.get('error')?.slice(0, 100) || 'unknown error'
  const description = searchParams.get('error_description')?.slice(0, 1000)
  throw new PageError(
    400,
    'The application cannot be authorized',
    description ? `${error}: ${description}` : error,
    'Go back to the application, and send this message to its developers.',
  )
}
