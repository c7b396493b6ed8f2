import { setTimeout } from 'node:timers'
import type { RecordedEvent } from '../events/event.ts'
import type { Send } from './control.ts'

export type EmulatorEvent = RecordedEvent
/** An event of one kind. */
export type EventOf<K extends EmulatorEvent['kind']> = Extract<EmulatorEvent, { kind: K }>

/** A selection of events. `client` and `application` are an id or a name. */
export type EventFilter<K = EmulatorEvent['kind']> = {
  kind?: K
  outcome?: RecordedEvent['outcome']
  client?: string
  application?: string
  email?: string
  ray?: string
  grant?: string
}

export type Events = {
  /** Returns the recorded events, oldest first. */
  list<K extends EmulatorEvent['kind'] = EmulatorEvent['kind']>(
    filter?: EventFilter<K> & { after?: number; limit?: number },
  ): Promise<EventOf<K>[]>
  /**
   * Returns the next event that matches. The search begins after the last event that `next` had
   * returned when it was called, or else at the start. So no event is lost between two calls, nor to
   * another call that waits at the same time.
   *
   * @param options.timeout milliseconds; 5,000 by default
   * @throws Error if no event matches in time
   */
  next<K extends EmulatorEvent['kind'] = EmulatorEvent['kind']>(
    filter?: EventFilter<K>,
    options?: { timeout?: number },
  ): Promise<EventOf<K>>
  /**
   * Returns the first recorded event for which the function returns true, else the next one. It does not
   * move the place at which `next` continues.
   *
   * @param options.timeout milliseconds; 5,000 by default
   * @throws Error if no event matches in time
   */
  waitFor(
    matches: (event: EmulatorEvent) => boolean,
    options?: { timeout?: number },
  ): Promise<EmulatorEvent>
}

const POLL_INTERVAL_MS = 20

// A test's fake timers move neither this clock nor these timers.
const { now } = Date

/**
 * Returns the methods that read events.
 *
 * @param start the number of the last event before `startEmulator` returned
 */
export function eventsOf(send: Send, start: number): Events {
  let last = start
  const list: Events['list'] = async <K extends EmulatorEvent['kind']>(filter = {}) => {
    const given = Object.entries(filter).filter(([, value]) => value !== undefined)
    const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
    return (await send<{ events: EventOf<K>[] }>('GET', `events?${query}`)).events
  }
  return {
    list,
    async next(filter = {}, { timeout = 5000 } = {}) {
      const end = now() + timeout
      // A copy: meanwhile another call may return an event that is later than the one awaited here.
      const after = last
      for (;;) {
        const [event] = await list({ ...filter, after, limit: 1 })
        if (event) {
          // If several calls wait at once, they may return in another order than their events.
          last = Math.max(last, event.number)
          return event
        }
        if (now() > end) {
          const others = await list({ after })
          throw new Error(
            `No event matched ${JSON.stringify(filter)} within ${timeout} ms; ${inBrief(others)}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
      }
    },
    async waitFor(matches, { timeout = 5000 } = {}) {
      const end = now() + timeout
      let after = 0
      for (;;) {
        const events = await list({ after })
        const found = events.find(matches)
        if (found) return found
        after = events.at(-1)?.number ?? after
        if (now() > end) {
          const all = await list()
          throw new Error(`No event matched the function within ${timeout} ms; ${inBrief(all)}`)
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
      }
    },
  }
}

// The latest three: the expected one is often among them, with another outcome.
function inBrief(events: EmulatorEvent[]): string {
  if (events.length === 0) return 'no other event came'
  const latest = events.slice(-3).map(({ kind, outcome, why }) => `${kind} (${outcome}): ${why}`)
  return `${events.length} others came, the latest of which are: ${latest.join('; ')}`
}
