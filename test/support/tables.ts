import { DatabaseSync } from 'node:sqlite'
import { Statements } from '../../src/node/engine/sql'

/** A database in memory, and the storage of an object on it. */
export function tablesOf(sql = ''): { database: DatabaseSync; storage: SqlStorage } {
  const database = new DatabaseSync(':memory:')
  database.exec(sql)
  const statements = new Statements(database)
  const exec = (query: string, ...given: never[]) => statements.exec(query, given)
  return { database, storage: { exec } as unknown as SqlStorage }
}
