import type { ReportedEvent } from '../../events/event'

// Events are recorded together, because a call for each would cost as much as a request. A reader of
// events does not wait for this time.
const TOGETHER_MS = 100
// After this time, a request that was to record the events counts as aborted.
const BROKEN_OFF_MS = 1000
// One call takes at most 32 MiB, and an event is hardly longer than the body of a request.
const MOST_TOGETHER = 100
// The limit while events cannot be recorded. Beyond it, the oldest are dropped.
const MOST_WAITING = 10_000

type Waiting = { events: ReportedEvent[]; printed: number; promisedAt: number | undefined }
const waitings = new WeakMap<object, Waiting>()

/** The destination of events. */
export type Receiver = {
  /** Records events, all of them or none. */
  keep(events: ReportedEvent[]): Promise<void>
  /** Receives every event once, whether or not it can be recorded. */
  print(events: readonly ReportedEvent[]): void
}

/**
 * Adds an event to a batch that is recorded a little later.
 *
 * @param store the object whose events form a batch
 */
export function addEvent(
  store: object,
  context: { waitUntil(promise: Promise<unknown>): void },
  event: ReportedEvent,
  receiver: Receiver,
): void {
  const waiting = waitingFor(store)
  waiting.events.push(event)
  const { promisedAt } = waiting
  if (promisedAt !== undefined && Math.abs(Date.now() - promisedAt) < BROKEN_OFF_MS) return
  waiting.promisedAt = Date.now()
  context.waitUntil(
    new Promise((resolve) => setTimeout(resolve, TOGETHER_MS)).then(() => {
      waiting.promisedAt = undefined
      return handOverEvents(store, receiver)
    }),
  )
}

/**
 * Records all waiting events now, so that a reader sees them. Events that cannot be recorded wait for the
 * next call.
 *
 * @throws what `receiver.keep` throws
 */
export async function handOverEvents(store: object, receiver: Receiver): Promise<void> {
  const waiting = waitingFor(store)
  while (waiting.events.length > 0) {
    const events = waiting.events.splice(0, MOST_TOGETHER)
    const isNew = events.slice(waiting.printed)
    if (isNew.length > 0) receiver.print(isNew)
    waiting.printed = Math.max(0, waiting.printed - events.length)
    try {
      await receiver.keep(events)
    } catch (error) {
      putBack(waiting, events)
      throw error
    }
  }
}

function putBack(waiting: Waiting, events: ReportedEvent[]): void {
  const all = [...events, ...waiting.events]
  const lost = Math.max(0, all.length - MOST_WAITING)
  waiting.events = all.slice(lost)
  waiting.printed = Math.max(0, waiting.printed + events.length - lost)
  if (lost > 0) console.warn(`${lost} events could not be recorded and were dropped.`)
}

function waitingFor(store: object): Waiting {
  const known = waitings.get(store)
  if (known) return known
  const waiting: Waiting = { events: [], printed: 0, promisedAt: undefined }
  waitings.set(store, waiting)
  return waiting
}
