import type { ReportedEvent } from '../../events/event'
import { type CountedCalls, minuteOf } from '../../mcp/counted-calls'

// Longer than the longest window of the analytics, 179 days or six months.
const KEPT_MINUTES = 200 * 24 * 60

const TABLE = `
CREATE TABLE IF NOT EXISTS tool_call (
  minute INTEGER NOT NULL,
  portalId TEXT NOT NULL,
  serverId TEXT NOT NULL,
  calls INTEGER NOT NULL,
  PRIMARY KEY (minute, portalId, serverId)
)`

/** The calls to count: those of a portal or a server, or all. The range excludes its end. */
export type CallRange = { from: number; to: number; portalId?: string; serverId?: string }

/** The numbers of tool calls by minute, portal and server, which are derived from events. */
export class ToolCalls {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLE)
  }

  learn(event: ReportedEvent, atSeconds: number): void {
    if (event.kind !== 'portal-call' || event.record.Method !== 'tools/call') return
    this.sql.exec(
      `INSERT INTO tool_call VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET calls = calls + 1`,
      minuteOf(atSeconds),
      event.record.PortalID,
      event.record.ServerID,
    )
  }

  /** Returns the calls of each minute that has any. */
  count({ from, portalId, serverId, to }: CallRange): CountedCalls[] {
    const rows = this.sql.exec<CountedCalls>(
      `SELECT minute, SUM(calls) AS calls FROM tool_call
       WHERE minute >= ?1 AND minute < ?2 AND (?3 = '' OR portalId = ?3) AND (?4 = '' OR serverId = ?4)
       GROUP BY minute ORDER BY minute`,
      from,
      to,
      portalId ?? '',
      serverId ?? '',
    )
    return [...rows]
  }

  /** Deletes what no window reaches any more. */
  collect(now: number): void {
    this.sql.exec('DELETE FROM tool_call WHERE minute < ?', minuteOf(now) - KEPT_MINUTES)
  }

  reset(): void {
    this.sql.exec('DELETE FROM tool_call')
  }
}
