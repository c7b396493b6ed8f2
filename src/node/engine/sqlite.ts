import type { DatabaseSync } from 'node:sqlite'

type Sqlite = typeof import('node:sqlite')
let loaded: Sqlite | undefined

/**
 * Opens a SQLite database: in memory, or a file that only this process may have open. What is written
 * to a file survives a SIGKILL, because the operating system has it; it is not synchronized to the disk.
 */
export function openDatabase(file: string | undefined): DatabaseSync {
  loaded ??= loadSqlite()
  const database = new loaded.DatabaseSync(file ?? ':memory:')
  if (file === undefined) return database
  // Exclusive locking needs no file of shared memory beside the log.
  database.exec(
    'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF',
  )
  return database
}

// Until version 24 Node warns that the module is experimental, in the output of whoever loads it.
// `emitWarning` is another function only while the module loads, which is synchronous.
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
