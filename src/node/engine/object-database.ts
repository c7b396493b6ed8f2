import { rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Statements } from './sql.ts'
import { openDatabase } from './sqlite.ts'

// workerd keeps names that begin so for itself, too.
const TABLES = `
CREATE TABLE IF NOT EXISTS _cf_KV (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _cf_OBJECT (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, alarm REAL)`

type Opened = { database: DatabaseSync; statements: Statements }

/**
 * The database of one Durable Object, opened when it is needed first.
 *
 * In a file, what is written without an `await` between is kept together or not at all, whenever the
 * process ends: a transaction begins with the first statement and is committed before a promise can
 * tell anybody of it.
 */
export class ObjectDatabase {
  #opened: Opened | undefined
  #depth = 0
  #isInTurn = false
  #failure: unknown
  #isClosed = false
  /** Whether everything was deleted, and nothing kept since. */
  wasDeleted = false

  /** @param file undefined for a database in memory */
  constructor(
    private readonly name: string,
    private readonly file: string | undefined,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get isOpen(): boolean {
    return this.#opened !== undefined
  }

  /** The statements, within the transaction of this turn. */
  get statements(): Statements {
    this.#opened ??= this.#open()
    const { statements } = this.#opened
    if (this.file !== undefined && !this.#isInTurn) {
      statements.rows('BEGIN')
      this.#isInTurn = true
      queueMicrotask(() => this.#commit())
    }
    return statements
  }

  /** Keeps all that `act` writes, or nothing if it throws. */
  transaction<T>(act: () => T): T {
    const { statements } = this
    const savepoint = `transaction${this.#depth}`
    statements.rows(`SAVEPOINT ${savepoint}`)
    this.#depth++
    try {
      return act()
    } catch (error) {
      statements.rows(`ROLLBACK TO ${savepoint}`)
      throw error
    } finally {
      this.#depth--
      statements.rows(`RELEASE ${savepoint}`)
    }
  }

  /** @throws what the last commit failed with */
  requireCommitted(): void {
    this.#commit()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
  }

  /** Deletes everything, the file included. */
  delete(): void {
    this.#opened?.database.close()
    this.#opened = undefined
    this.#isInTurn = false
    this.wasDeleted = true
    if (this.file === undefined) return
    // SQLite ignores the log of a database that does not exist; the other way round it would not.
    rmSync(this.file, { force: true })
    rmSync(`${this.file}-wal`, { force: true })
  }

  close(): void {
    this.#commit()
    this.#isClosed = true
    this.#opened?.database.close()
    this.#opened = undefined
  }

  #open(): Opened {
    if (this.#isClosed) throw new Error('The emulator is closed')
    this.wasDeleted = false
    const database = openDatabase(this.file)
    database.exec(TABLES)
    const statements = new Statements(database)
    statements.rows('INSERT OR IGNORE INTO _cf_OBJECT VALUES (1, ?, NULL)', [this.name])
    return { database, statements }
  }

  #commit(): void {
    if (!this.#isInTurn || !this.#opened) return
    this.#isInTurn = false
    const { database } = this.#opened
    try {
      database.exec('COMMIT')
    } catch (error) {
      this.#failure = error
      if (database.isTransaction) database.exec('ROLLBACK')
      this.onFailure(error)
    }
  }
}
