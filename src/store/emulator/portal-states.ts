import { isObject } from '../../access/unknown-members'
import type { PortalHolders, PortalSession, PortalState, PortalStateKind } from './portal-state'

const TABLES = `
CREATE TABLE IF NOT EXISTS portal_state (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  owner TEXT NOT NULL,
  endsAtSeconds INTEGER NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS portal_state_owner ON portal_state (owner);
CREATE INDEX IF NOT EXISTS portal_state_end ON portal_state (endsAtSeconds);`

/**
 * The states of portals: sessions, grants, elicitations and unfinished authorizations. Each has an owner,
 * with whom all of them end: a grant, or a service token.
 */
export class PortalStates {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLES)
  }

  find<K extends PortalStateKind>(kind: K, id: string, now: number): PortalState<K> | undefined {
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM portal_state WHERE kind = ? AND id = ? AND endsAtSeconds > ?',
      kind,
      id,
      now,
    )
    return row && JSON.parse(row.value)
  }

  put<K extends PortalStateKind>(
    kind: K,
    id: string,
    owner: string,
    endsAtSeconds: number,
    value: PortalState<K>,
  ): void {
    this.sql.exec(
      `INSERT INTO portal_state VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
       SET owner = excluded.owner, endsAtSeconds = excluded.endsAtSeconds, value = excluded.value`,
      kind,
      id,
      owner,
      endsAtSeconds,
      JSON.stringify(value),
    )
  }

  /** Returns a state and deletes it, so that of several calls one gets it. */
  take<K extends PortalStateKind>(kind: K, id: string, now: number): PortalState<K> | undefined {
    const found = this.find(kind, id, now)
    this.remove(kind, id)
    return found
  }

  /** Returns the session of this holder, and moves its end. */
  useSession(
    id: string,
    holder: string,
    now: number,
    endsAtSeconds: number,
  ): PortalSession | undefined {
    const session = this.find('session', id, now)
    if (session?.holder !== holder) return undefined
    this.sql.exec(
      "UPDATE portal_state SET endsAtSeconds = ? WHERE kind = 'session' AND id = ?",
      endsAtSeconds,
      id,
    )
    return session
  }

  /** Merges members into a session or a grant, and into their records of servers. */
  merge<K extends 'session' | 'grant'>(
    kind: K,
    id: string,
    now: number,
    changes: Partial<PortalState<K>>,
  ): PortalState<K> | undefined {
    const found = this.find(kind, id, now)
    if (!found) return undefined
    const merged = Object.fromEntries(
      Object.entries(changes).map(([name, value]) => {
        const old = (found as Record<string, unknown>)[name]
        return [name, isObject(old) && isObject(value) ? { ...old, ...value } : value]
      }),
    )
    const whole = { ...found, ...merged }
    this.sql.exec(
      'UPDATE portal_state SET value = ? WHERE kind = ? AND id = ?',
      JSON.stringify(whole),
      kind,
      id,
    )
    return whole
  }

  remove(kind: PortalStateKind, id: string): void {
    this.sql.exec('DELETE FROM portal_state WHERE kind = ? AND id = ?', kind, id)
  }

  /** Returns the grants and sessions of a portal that have not ended, the oldest first. */
  holders(portalId: string, now: number): PortalHolders {
    const rows = this.sql.exec<{ kind: 'grant' | 'session'; id: string; value: string }>(
      `SELECT kind, id, value FROM portal_state
       WHERE kind IN ('grant', 'session') AND endsAtSeconds > ? ORDER BY rowid`,
      now,
    )
    const all = [...rows].map(({ value, ...rest }) => ({ ...rest, value: JSON.parse(value) }))
    const own = all.filter(({ value }) => value.portalId === portalId)
    return {
      grants: own
        .filter(({ kind }) => kind === 'grant')
        .map(({ id, value }) => ({ id, grant: value })),
      sessions: own.filter(({ kind }) => kind === 'session').map(({ value }) => value),
    }
  }

  /** Deletes everything of an owner. */
  removeOwned(owner: string): void {
    this.sql.exec('DELETE FROM portal_state WHERE owner = ?', owner)
  }

  /** Deletes what has expired. */
  collect(now: number): void {
    this.sql.exec('DELETE FROM portal_state WHERE endsAtSeconds <= ?', now)
  }

  isEmpty(): boolean {
    return [...this.sql.exec('SELECT 1 FROM portal_state LIMIT 1')].length === 0
  }

  reset(): void {
    this.sql.exec('DELETE FROM portal_state')
  }
}
