import { rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { Statements } from './sql.ts'
import { openDatabase } from './sqlite.ts'

// workerd reserves names with this prefix too.
const TABLES = `
CREATE TABLE IF NOT EXISTS _cf_KV (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS _cf_OBJECT (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, alarm REAL)`

type Opened = { database: DatabaseSync; statements: Statements }

/**
 * The database of one Durable Object, opened when it is first needed.
 *
 * In a file, writes with no `await` between them are kept together or not at all, whenever the process
 * ends: the first statement begins a transaction, which is committed before a promise can report a
 * result.
 */
export class ObjectDatabase {
  #opened: Opened | undefined
  #depth = 0
  #isInTurn = false
  #failure: unknown
  #isClosed = false
  /** Whether everything was deleted, and nothing written since. */
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

  /** The statements, in the transaction of this turn. */
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

  /** Keeps every write of `act`, or none if it throws. */
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

  /** @throws the error of the last commit, if it failed */
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
    // In this order: SQLite ignores a log without its database, but would use a database without its log.
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
