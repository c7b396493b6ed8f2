import type { AppContext } from '../request/context'
import type { PortalSession } from '../store/emulator/portal-state'

const LOOKED_AT_EVERY_MS = 1000
const KEPT_ALIVE_EVERY_MS = 15_000

/**
 * Opens the stream of a session on which its client is told that the list of tools has changed, or that its
 * person has completed an elicitation. It ends with the session.
 *
 * Assumed: the notification is sent after a server was switched on or off.
 */
export function changeStream(
  c: AppContext,
  { id, state }: { id: string; state: PortalSession },
): Response {
  const { emulator } = c.var
  const encoder = new TextEncoder()
  let known = state
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
        const changes = changesBetween(known, session)
        quietMs += LOOKED_AT_EVERY_MS
        if (changes.length === 0 && quietMs < KEPT_ALIVE_EVERY_MS) continue
        controller.enqueue(encoder.encode(changes.join('') || ': kept alive\n\n'))
        known = session
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

function changesBetween(before: PortalSession, now: PortalSession): string[] {
  const haveTogglesChanged = JSON.stringify(before.toggles) !== JSON.stringify(now.toggles)
  const { completed: elicitationId } = now
  return [
    ...(elicitationId !== undefined && elicitationId !== before.completed
      ? [messageOf('notifications/elicitation/complete', { elicitationId })]
      : []),
    ...(haveTogglesChanged ? [messageOf('notifications/tools/list_changed')] : []),
  ]
}

function messageOf(method: string, params?: Record<string, unknown>): string {
  const notification = { jsonrpc: '2.0', method, ...(params && { params }) }
  return `event: message\ndata: ${JSON.stringify(notification)}\n\n`
}
