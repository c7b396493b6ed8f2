import { PageError } from '../../pages/page-error'
import type { AppContext } from '../../request/context'

const LONGEST_NOTICE = 500

/**
 * Requires that a form was sent from the console. Other sites can send forms here, but cannot set these
 * headers.
 *
 * @throws PageError
 */
export function requireSameOrigin(c: AppContext): void {
  const origin = c.req.header('origin')
  const isSame =
    origin === undefined
      ? c.req.header('sec-fetch-site') === 'same-origin'
      : origin === c.get('url').origin
  if (isSame) return
  throw new PageError(
    403,
    'Not from the console',
    'This form was sent from another site.',
    'Open /_emulator/ and use its buttons. Programs use the JSON requests of docs/control.md.',
  )
}

/** Redirects to the page of a form, which shows the refusal as a notice if the control rejected the request. */
export async function returnTo(c: AppContext, page: URL, response: Response): Promise<Response> {
  page.searchParams.delete('notice')
  if (!response.ok) page.searchParams.set('notice', await refusalOf(response))
  return c.redirect(page.pathname + page.search, 303)
}

async function refusalOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const { error_description: description } = (body ?? {}) as { error_description?: unknown }
  return String(description ?? `The request failed with status ${response.status}.`).slice(
    0,
    LONGEST_NOTICE,
  )
}
