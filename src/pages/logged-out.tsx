import type { Context } from 'hono'
import { MessagePage } from './message'
import { respondPage } from './respond'

/**
 * Responds with the page after a logout.
 *
 * @param applications those that the page links to
 */
export function respondLoggedOut(
  c: Context,
  applications: { name: string; url: string }[],
): Response | Promise<Response> {
  const links = applications.map(({ name, url }) => (
    <a href={url}>
      Open <bdi>{name}</bdi>
    </a>
  ))
  return respondPage(c, 200, (nonce) => (
    <MessagePage
      nonce={nonce}
      title="You are logged out"
      message="Open your application to log in again."
      advice={links.length > 0 ? links : undefined}
    />
  ))
}
