import type { Edit } from '../configuration'

/** What the edge still sees of a record: an earlier edit, or the seed where `value` is undefined. */
export type LateEdit = {
  kind: Edit['kind']
  id: string
  value: string | null
  untilSeconds: number
}

const TABLE = `CREATE TABLE IF NOT EXISTS late_edit (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT,
  untilSeconds INTEGER NOT NULL,
  PRIMARY KEY (kind, id)
)`

/** The records as the edge sees them while the fault `late-settings` is on. */
export class LateEdits {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLE)
  }

  /** Those that are still seen. A value is JSON; null is the record of the seed. */
  all(now: number): LateEdit[] {
    return [
      ...this.sql.exec<LateEdit>(
        'SELECT * FROM late_edit WHERE untilSeconds > ? ORDER BY rowid',
        now,
      ),
    ]
  }

  /** Keeps what edits replace; what the edge already sees late of a record stays what it sees. */
  keep(replaced: Omit<LateEdit, 'untilSeconds'>[], now: number, untilSeconds: number): void {
    this.collect(now)
    for (const { kind, id, value } of replaced) {
      this.sql.exec(
        `INSERT INTO late_edit VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET untilSeconds = excluded.untilSeconds`,
        kind,
        id,
        value,
        untilSeconds,
      )
    }
  }

  collect(now: number): void {
    this.sql.exec('DELETE FROM late_edit WHERE untilSeconds <= ?', now)
  }

  reset(): void {
    this.sql.exec('DELETE FROM late_edit')
  }
}

/** The edits with those in their old form that the edge sees late. */
export function asTheEdgeSees(edits: readonly Edit[], late: readonly LateEdit[]): Edit[] {
  const isOf = (edit: Edit) => (each: LateEdit) => each.kind === edit.kind && each.id === edit.id
  // Deleted where the seed has none of it, and so no edit any more.
  const gone = late.filter((each) => each.value !== null && !edits.some((edit) => isOf(edit)(each)))
  const seenYet = gone.map(
    ({ kind, id, value }) => ({ kind, id, value: JSON.parse(value ?? 'null') }) as Edit,
  )
  const seen = edits.flatMap((edit) => {
    const seen = late.find(isOf(edit))
    if (!seen) return [edit]
    return seen.value === null ? [] : [{ ...edit, value: JSON.parse(seen.value) } as Edit]
  })
  return [...seen, ...seenYet]
}
