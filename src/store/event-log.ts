import type { Event, RecordedEvent } from '../access/event'
import { formatTime } from '../access/timestamps'

const KEPT = 1000
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
    this.sql.exec('INSERT INTO event (value) VALUES (?)', JSON.stringify(recorded, short))
    this.sql.exec('DELETE FROM event WHERE number <= (SELECT MAX(number) FROM event) - ?', KEPT)
    return recorded
  }

  /** The latest last. */
  all(): RecordedEvent[] {
    const rows = this.sql.exec<{ value: string }>('SELECT value FROM event ORDER BY number')
    return [...rows].map(({ value }) => JSON.parse(value) as RecordedEvent)
  }

  reset(): void {
    this.sql.exec('DELETE FROM event')
  }
}
