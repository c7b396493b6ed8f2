import type { EmulatorDump } from './dump'

type Tables = EmulatorDump['tables']

// Named here, because the schemas of a dump are loaded with a state only.
const NAMES: Record<keyof Tables, true> = {
  edit: true,
  late_edit: true,
  user: true,
  session: true,
  session_application: true,
  token_use: true,
  connection: true,
  tool_call: true,
  portal_state: true,
}
const TABLES = Object.keys(NAMES) as (keyof Tables)[]

/** Returns the rows of every table. */
export function dumpTables(sql: SqlStorage): Tables {
  const found = (table: string) => [...sql.exec(`SELECT * FROM ${table} ORDER BY rowid`)]
  // Unchecked: stored rows are checked when they are loaded.
  return Object.fromEntries(TABLES.map((table) => [table, found(table)])) as Tables
}

/** Replaces the rows of every table. */
export function loadTables(sql: SqlStorage, tables: Tables): void {
  for (const table of TABLES) {
    sql.exec(`DELETE FROM ${table}`)
    for (const row of tables[table]) {
      const columns = Object.keys(row)
      const places = columns.map(() => '?')
      sql.exec(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places.join(', ')})`,
        ...Object.values(row),
      )
    }
  }
}
