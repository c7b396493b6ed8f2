import type { DatabaseSync } from 'node:sqlite'

type Sqlite = typeof import('node:sqlite')
let loaded: Sqlite | undefined

/**
 * Opens a SQLite database: in memory, or a file that no other process may have open. Writes to a file
 * survive a SIGKILL, because the operating system has them. They are not synchronized to the disk.
 */
export function openDatabase(file: string | undefined): DatabaseSync {
  loaded ??= loadSqlite()
  const database = new loaded.DatabaseSync(file ?? ':memory:')
  if (file === undefined) return database
  // Exclusive locking needs no shared-memory file beside the log.
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF',
  )
  return database
}

// Before version 24, Node prints a warning that the module is experimental. `emitWarning` is replaced
// only while the module loads, which is synchronous.
function loadSqlite(): Sqlite {
  const { emitWarning } = process
  process.emitWarning = function unlessOfSqlite(...given: unknown[]) {
    if (given[1] === 'ExperimentalWarning' && String(given[0]).includes('SQLite')) return
    Reflect.apply(emitWarning, process, given)
  }
  try {
    return process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
