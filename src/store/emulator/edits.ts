import type { Edit } from '../configuration'

const TABLE = `CREATE TABLE IF NOT EXISTS edit (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (kind, id)
)`

// One answer of a Durable Object is 32 MiB at the most.
export const MOST_CHARACTERS = 16 * 1024 * 1024

/** What edits have left of the configuration, record by record: beside them the seed counts. */
export class Edits {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLE)
  }

  /** In the order in which the records were first edited. */
  all(): Edit[] {
    const rows = this.sql.exec<{ kind: string; id: string; value: string }>(
      'SELECT kind, id, value FROM edit ORDER BY rowid',
    )
    return [...rows].map(({ kind, id, value }) => ({ kind, id, value: JSON.parse(value) }) as Edit)
  }

  /** What is kept of a record as JSON; null where it was never edited. */
  of(kind: Edit['kind'], id: string): { value: string | null } {
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM edit WHERE kind = ? AND id = ?',
      kind,
      id,
    )
    return { value: row?.value ?? null }
  }

  /** Whether the whole stays small enough to be handed over in one piece. */
  hasRoomFor(edits: Edit[]): boolean {
    const [row] = this.sql.exec<{ length: number }>(
      'SELECT COALESCE(SUM(LENGTH(value)), 0) AS length FROM edit',
    )
    return (row?.length ?? 0) + JSON.stringify(edits).length <= MOST_CHARACTERS
  }

  /** Forgets records that are as the seed has them. */
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
