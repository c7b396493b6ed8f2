import type { Context } from 'hono'
import { respondMessage } from './respond-message'

/**
 * Responds with the page after a logout.
 *
 * @param applications those that the page links to
 */
export function respondLoggedOut(
  c: Context,
  applications: { name: string; url: string }[],
): Promise<Response> {
  const links = applications.map((each) => ({ ...each, text: 'Open' }))
  return respondMessage(c, 200, {
    title: 'You are logged out',
    message: 'Open your application to log in again.',
    advice: links.length > 0 ? links : undefined,
  })
}
