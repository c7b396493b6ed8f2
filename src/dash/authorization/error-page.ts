import { PageError } from '../../pages/respond'
import type { AppContext } from '../../request/context'

/**
 * `GET /oauth/error`: where authorizations end that may not be told to the client (B.1). What it shows
 * is in its address, and may be anybody's text.
 *
 * Assumed: the page, and its status.
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
    'Go back to the application, and tell its developers what this page says.',
  )
}
