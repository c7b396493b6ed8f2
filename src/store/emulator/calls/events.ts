import type { RecordedEvent } from '../../../events/event'
import type { CountedCalls } from '../../../mcp/counted-calls'
import type { Remote } from '../../remote'
import type { EventRange } from '../event-log'
import type { EmulatorObject } from '../object'
import type { CallRange } from '../tool-calls'

// A query reads at most this many pages of events (4 Mi characters each).
const MOST_PAGES = 8

/** The recorded events as requests read them: after the waiting events have been recorded. */
export class EventCalls {
  constructor(
    private readonly object: () => Remote<EmulatorObject>,
    private readonly handOver: () => Promise<void>,
  ) {}

  /** Yields the events of a range page by page: all of them may not fit into memory at once. */
  async *pages(range: EventRange): AsyncGenerator<RecordedEvent[]> {
    await this.handOver()
    let left = range
    for (;;) {
      const { events, hasMore } = await this.object().events(left)
      yield events
      const last = events.at(-1)
      if (!hasMore || !last) return
      left = {
        ...left,
        ...(range.isNewestFirst ? { before: last.number } : { after: last.number }),
      }
    }
  }

  /** Returns the latest events, the newest last, as far back as fits into memory at once. */
  async latest(): Promise<RecordedEvent[]> {
    const pages: RecordedEvent[][] = []
    for await (const page of this.pages({ isNewestFirst: true })) {
      if (pages.push(page) === MOST_PAGES) break
    }
    return pages.flat().reverse()
  }

  /** Returns the events after a number: at once, or when the next one is recorded, or none in time. */
  async next(after: number, patienceMs: number): Promise<RecordedEvent[]> {
    await this.handOver()
    return this.object().nextEvents(after, patienceMs)
  }

  /** Returns the number of the newest event. */
  async newestNumber(): Promise<number> {
    await this.handOver()
    return this.object().newestEvent()
  }

  /** Returns the tool calls of portals in a range of minutes. */
  async toolCalls(range: CallRange): Promise<CountedCalls[]> {
    await this.handOver()
    return this.object().toolCalls(range)
  }

  /** Returns the entries of Access's own log, the latest last. */
  async accessRequests(): Promise<RecordedEvent[]> {
    await this.handOver()
    const found: RecordedEvent[] = []
    for (;;) {
      const before = found.at(-1)?.number
      const page = await this.object().accessRequests(before, found.length)
      for (const event of page.events) found.push(event)
      if (!page.hasMore) return found.reverse()
    }
  }
}
