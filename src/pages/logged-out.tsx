import type { Context } from 'hono'
import { MessagePage } from './message'
import { respondPage } from './respond'

/** Responds with the page after a logout. */
export function respondLoggedOut(c: Context): Response | Promise<Response> {
  return respondPage(c, 200, (nonce) => (
    <MessagePage
      nonce={nonce}
      title="You are logged out"
      message="Open your application to log in again."
    />
  ))
}
