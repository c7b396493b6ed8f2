import type { Event, RecordedEvent } from '../access/event'
import { formatTime } from '../access/timestamps'

const KEPT = 1000
// Collected now and then only: an event is written in the way of a request.
const COLLECTED_EVERY = 100
const LONGEST = 500
const MOST = 50

const TABLE = 'CREATE TABLE IF NOT EXISTS event (number INTEGER PRIMARY KEY, value TEXT NOT NULL)'

// What a request says may be long; an event tells what it was about.
function short(_: string, value: unknown): unknown {
  if (typeof value === 'string' && value.length > LONGEST) return `${value.slice(0, LONGEST)}...`
  return Array.isArray(value) ? value.slice(0, MOST) : value
}

/** What happened, the last 1,000 of it. */
export class EventLog {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLE)
  }

  record(event: Event, now: number): RecordedEvent {
    const recorded = { ...event, at: formatTime(now) }
    const { number } = this.sql
      .exec<{ number: number }>(
        'INSERT INTO event (value) VALUES (?) RETURNING number',
        JSON.stringify(recorded, short),
      )
      .one()
    if (number % COLLECTED_EVERY === 0) {
      this.sql.exec('DELETE FROM event WHERE number <= ?', number - KEPT)
    }
    return recorded
  }

  /** The latest last. */
  all(): RecordedEvent[] {
    const rows = this.sql.exec<{ value: string }>(
      'SELECT value FROM event ORDER BY number DESC LIMIT ?',
      KEPT,
    )
    return [...rows].map(({ value }) => JSON.parse(value) as RecordedEvent).reverse()
  }

  reset(): void {
    this.sql.exec('DELETE FROM event')
  }
}
