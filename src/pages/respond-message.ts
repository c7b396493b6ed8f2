import type { Context } from 'hono'
import type { Message } from './message'

/** Responds with a page that has only a message. It is loaded on demand, with everything that renders pages. */
export async function respondMessage(
  c: Context,
  status: number,
  message: Message,
): Promise<Response> {
  const { showMessage } = await import('./respond')
  return showMessage(c, status, message)
}
