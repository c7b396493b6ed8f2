import type { ReportedEvent } from '../../events/event'

// Events are handed over together: one call for each would cost as much as many a request. Whoever
// reads them does not wait for it.
const TOGETHER_MS = 100
// A request that has promised to hand them over may have been broken off.
const BROKEN_OFF_MS = 1000
// What one call takes is 32 MiB at the most, and an event is hardly longer than the body of a request.
const MOST_TOGETHER = 100
// While they cannot be kept; then the oldest are given up.
const MOST_WAITING = 10_000

type Waiting = { events: ReportedEvent[]; printed: number; promisedAt: number | undefined }
const waitings = new WeakMap<object, Waiting>()

/** Where events go. */
export type Receiver = {
  /** Records events, all of them or none. */
  keep(events: ReportedEvent[]): Promise<void>
  /** Receives every event once, whether or not it can be recorded. */
  print(events: readonly ReportedEvent[]): void
}

/**
 * Lets an event wait for others, and hands them over a little later.
 *
 * @param store what tells the events of one store from those of another
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
 * Hands over all that wait, at once: whoever reads what follows from events has to see them. Those that
 * could not be kept wait for the next time.
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
  if (lost > 0) console.warn(`${lost} events could not be kept, and are forgotten`)
}

function waitingFor(store: object): Waiting {
  const known = waitings.get(store)
  if (known) return known
  const waiting: Waiting = { events: [], printed: 0, promisedAt: undefined }
  waitings.set(store, waiting)
  return waiting
}
