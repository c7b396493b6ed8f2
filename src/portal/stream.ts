import type { AppContext } from '../request/context'
import type { PortalSession } from '../store/emulator/portal-states'

const LOOKED_AT_EVERY_MS = 1000
const KEPT_ALIVE_EVERY_MS = 15_000

/**
 * Opens the stream of a session on which its client is told that the list of tools has changed. It ends
 * with the session.
 *
 * Assumed: the notification is sent after a server was switched on or off.
 */
export function changeStream(
  c: AppContext,
  { id, state }: { id: string; state: PortalSession },
): Response {
  const { emulator } = c.var
  const encoder = new TextEncoder()
  const notification = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' }
  const message = encoder.encode(`event: message\ndata: ${JSON.stringify(notification)}\n\n`)
  let known = JSON.stringify(state.toggles)
  let quietMs = 0
  let isCancelled = false
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(': connected\n\n'))
    },
    async pull(controller) {
      while (!isCancelled) {
        await new Promise((resolve) => setTimeout(resolve, LOOKED_AT_EVERY_MS))
        const session = isCancelled ? undefined : await emulator.portals.find('session', id)
        if (!session) {
          if (!isCancelled) controller.close()
          return
        }
        const toggles = JSON.stringify(session.toggles)
        quietMs += LOOKED_AT_EVERY_MS
        if (toggles === known && quietMs < KEPT_ALIVE_EVERY_MS) continue
        controller.enqueue(toggles === known ? encoder.encode(': kept alive\n\n') : message)
        known = toggles
        quietMs = 0
        return
      }
    },
    cancel() {
      isCancelled = true
    },
  })
  return new Response(stream, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' },
  })
}
