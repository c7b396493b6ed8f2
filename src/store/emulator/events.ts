import type { RecordedEvent, ReportedEvent } from '../../events/event'
import { EventLog, type EventPage, type EventRange } from './event-log'

/** The event log and its followers, each of which waits for the next event. */
export class Events {
  readonly #log: EventLog
  readonly #followers = new Set<() => void>()

  constructor(sql: SqlStorage, kept: number) {
    this.#log = new EventLog(sql, kept)
  }

  /** Records events and returns them with their numbers. */
  record(events: readonly ReportedEvent[]): RecordedEvent[] {
    const recorded = events.map((event) => this.#log.record(event))
    for (const wake of this.#followers) wake()
    return recorded
  }

  /** Returns the first page of a range of events. */
  page(range: EventRange): EventPage {
    return this.#log.page(range)
  }

  /** Returns a page of Access's own log, the latest entry first. */
  accessRequests(before: number | undefined, read: number): EventPage {
    return this.#log.accessRequests(before, read)
  }

  newest(): number {
    return this.#log.newest()
  }

  /** Returns the events after a number: at once, or when the next one is recorded, or none in time. */
  async next(after: number, patienceMs: number): Promise<RecordedEvent[]> {
    const { events } = this.#log.page({ after })
    if (events.length > 0) return events
    await this.#nextRecord(patienceMs)
    return this.#log.page({ after }).events
  }

  reset(): void {
    this.#log.reset()
  }

  #nextRecord(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#followers.delete(wake)
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(wake, patienceMs)
      this.#followers.add(wake)
    })
  }
}
