import type { RecordedEvent, ReportedEvent } from '../../events/event'

// Old events are deleted only at every hundredth, because recording delays a request.
const COLLECTED_EVERY = 100
const LONGEST = 500
const MOST = 50
const DEEPEST = 8

// One response of a Durable Object is at most 32 MiB.
const PAGE_CHARACTERS = 4 * 1024 * 1024

/** A range of events: those between two numbers, and of one kind if `kind` is set. */
export type EventRange = {
  after?: number
  before?: number
  kind?: string
  limit?: number
  isNewestFirst?: boolean
}
export type EventPage = { events: RecordedEvent[]; hasMore: boolean }

const TABLE = `
CREATE TABLE IF NOT EXISTS event_log (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS event_log_kind ON event_log (kind);`

// The API returns the entries of Access's own log, so other events do not push them out.
const LOGGED = 'access-request'

// The values of a request may be long, wide and deep. An event has the beginning of them. Nearly every event
// is short as a whole, and is not copied.
function short(event: ReportedEvent): unknown {
  return isShort(event, 0) ? event : beginning(event, 0)
}

function isShort(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return value.length <= LONGEST
  if (typeof value !== 'object' || value === null) return true
  if (depth > DEEPEST) return false
  const names = Object.keys(value)
  return (
    names.length <= MOST &&
    names.every((name) => name.length <= LONGEST && isShort(Reflect.get(value, name), depth + 1))
  )
}

function beginning(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (depth > DEEPEST) return '...'
  if (Array.isArray(value)) return value.slice(0, MOST).map((each) => beginning(each, depth + 1))
  const members = Object.entries(value).slice(0, MOST)
  return Object.fromEntries(
    members.map(([name, each]) => [name.slice(0, LONGEST), beginning(each, depth + 1)]),
  )
}

/** The stored events, up to a number of them. */
export class EventLog {
  constructor(
    private readonly sql: SqlStorage,
    private readonly kept: number,
  ) {
    sql.exec(TABLE)
  }

  record(event: ReportedEvent): RecordedEvent {
    const { number } = this.sql
      .exec<{ number: number }>(
        'INSERT INTO event_log (kind, value) VALUES (?, ?) RETURNING number',
        event.kind,
        JSON.stringify(short(event)),
      )
      .one()
    if (number % COLLECTED_EVERY === 0) this.#collect(number)
    return { ...event, number }
  }

  /** Returns the first page of a range. */
  page({ after = 0, before, kind, limit, isNewestFirst = false }: EventRange): EventPage {
    const oldest = Math.max(after, this.newest() - this.kept)
    return this.#read(
      `SELECT number, value FROM event_log
       WHERE number > ?1 AND number < ?2 ${kind === undefined ? '' : 'AND kind = ?4'}
       ORDER BY number ${isNewestFirst ? 'DESC' : 'ASC'} LIMIT ?3`,
      oldest,
      before ?? Number.MAX_SAFE_INTEGER,
      limit ?? this.kept,
      ...(kind === undefined ? [] : [kind]),
    )
  }

  /**
   * Returns a page of the entries of Access's own log, the latest first.
   *
   * @param before the number of the entry that was read last
   * @param read how many entries were read before
   */
  accessRequests(before = Number.MAX_SAFE_INTEGER, read = 0): EventPage {
    return this.#read(
      'SELECT number, value FROM event_log WHERE kind = ? AND number < ? ORDER BY number DESC LIMIT ?',
      LOGGED,
      before,
      Math.max(0, this.kept - read),
    )
  }

  /** Returns the number of the newest event; 0 if there was none. */
  newest(): number {
    const [row] = this.sql.exec<{ newest: number | null }>(
      'SELECT MAX(number) AS newest FROM event_log',
    )
    return row?.newest ?? 0
  }

  reset(): void {
    this.sql.exec('DELETE FROM event_log')
  }

  #collect(newest: number): void {
    this.sql.exec(
      'DELETE FROM event_log WHERE number <= ? AND kind <> ?',
      newest - this.kept,
      LOGGED,
    )
    this.sql.exec(
      `DELETE FROM event_log WHERE kind = ?1 AND number <= (
         SELECT number FROM event_log WHERE kind = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)`,
      LOGGED,
      this.kept,
    )
  }

  #read(query: string, ...bindings: (string | number)[]): EventPage {
    const events: RecordedEvent[] = []
    let characters = 0
    for (const row of this.sql.exec<{ number: number; value: string }>(query, ...bindings)) {
      if (characters > PAGE_CHARACTERS) return { events, hasMore: true }
      characters += row.value.length
      events.push({ ...JSON.parse(row.value), number: row.number })
    }
    return { events, hasMore: false }
  }
}
