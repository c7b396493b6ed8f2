import { setTimeout } from 'node:timers'
import type { RecordedEvent } from '../events/event.ts'
import type { Send } from './control.ts'

export type EmulatorEvent = RecordedEvent
/** The events of a kind. */
export type EventOf<K extends EmulatorEvent['kind']> = Extract<EmulatorEvent, { kind: K }>

/** Which events are asked for; a `client` or `application` by its id or name. */
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
  /** Those that are kept, the latest last. */
  list<K extends EmulatorEvent['kind'] = EmulatorEvent['kind']>(
    filter?: EventFilter<K> & { after?: number; limit?: number },
  ): Promise<EventOf<K>[]>
  /**
   * The next event that matches, after the last one that `next` had answered when it was called, or
   * after the start: none is lost between two calls, nor by another call that waits at the same time.
   *
   * @param options.timeout milliseconds; 5,000 unless told
   * @throws Error where none comes in time
   */
  next<K extends EmulatorEvent['kind'] = EmulatorEvent['kind']>(
    filter?: EventFilter<K>,
    options?: { timeout?: number },
  ): Promise<EventOf<K>>
}

const LOOK_AGAIN_MS = 20

// A test's fake timers move neither this clock nor these timers.
const { now } = Date

/** @param start the number of the last event before the emulator is handed over */
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
      // Its own: what another call is answered meanwhile may come after what this one waits for.
      const after = last
      for (;;) {
        const [event] = await list({ ...filter, after, limit: 1 })
        if (event) {
          // Of several that wait at once, an earlier event may be answered later.
          last = Math.max(last, event.number)
          return event
        }
        if (now() > end) {
          throw new Error(`No event ${JSON.stringify(filter)} came within ${timeout} ms`)
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
      }
    },
  }
}
