import type { Edit } from '../configuration'

/**
 * The record that the edge still sees: an earlier edit as JSON, or the record of the seed if
 * `value` is null.
 */
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

/** The earlier records that the edge sees while the fault `late-settings` is on. */
export class LateEdits {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLE)
  }

  /** Returns the late edits that the edge still sees. */
  all(now: number): LateEdit[] {
    return [
      ...this.sql.exec<LateEdit>(
        'SELECT * FROM late_edit WHERE untilSeconds > ? ORDER BY rowid',
        now,
      ),
    ]
  }

  /** Stores the records that edits replace. A record that the edge already sees late stays the same. */
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

/** Returns the edits as the edge sees them: late ones in their earlier form. */
export function asTheEdgeSees(edits: readonly Edit[], late: readonly LateEdit[]): Edit[] {
  const isOf = (edit: Edit) => (each: LateEdit) => each.kind === edit.kind && each.id === edit.id
  // Records that were deleted and are not in the seed, so no edit of them is stored.
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
