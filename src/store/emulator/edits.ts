import type { Edit } from '../configuration'

const TABLE = `CREATE TABLE IF NOT EXISTS edit (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
)`

// One response of a Durable Object is at most 32 MiB.
export const MOST_CHARACTERS = 16 * 1024 * 1024

/** The stored edits, record by record. Records without an edit are those of the seed. */
export class Edits {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLE)
  }

  /** Returns all edits, in the order in which the records were first edited. */
  all(): Edit[] {
    const rows = this.sql.exec<{ kind: string; id: string; value: string }>(
      'SELECT kind, id, value FROM edit ORDER BY rowid',
    )
    return [...rows].map(({ kind, id, value }) => ({ kind, id, value: JSON.parse(value) }) as Edit)
  }

  /** Returns the stored record as JSON; null if it was never edited. */
  of(kind: Edit['kind'], id: string): { value: string | null } {
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM edit WHERE kind = ? AND id = ?',
      kind,
      id,
    )
    return { value: row?.value ?? null }
  }

  /** Returns whether all edits together stay small enough for one response. */
  hasRoomFor(edits: Edit[]): boolean {
    const [row] = this.sql.exec<{ length: number }>(
      'SELECT COALESCE(SUM(LENGTH(value)), 0) AS length FROM edit',
    )
    return (row?.length ?? 0) + JSON.stringify(edits).length <= MOST_CHARACTERS
  }

  /** Deletes edits after which the record is as in the seed. */
  forget(edits: Edit[]): void {
    for (const { kind, id } of edits) {
      this.sql.exec('DELETE FROM edit WHERE kind = ? AND id = ?', kind, id)
    }
  }

  keep(edits: Edit[]): void {
    for (const { kind, id, value } of edits) {
      this.sql.exec(
        'INSERT INTO edit VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        kind,
        id,
        JSON.stringify(value),
      )
    }
  }

  reset(): void {
    this.sql.exec('DELETE FROM edit')
  }
}
