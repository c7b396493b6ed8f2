import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

type Value = string | number | null | ArrayBuffer | undefined
type Row = Record<string, unknown>
type Prepared = { statement: StatementSync; isNumbered: boolean }

const OF_TRANSACTIONS = /^\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b/i
// workerd's own text.
const NO_TRANSACTION =
  'To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements.'

/**
 * The rows of a query, read at once. workerd reads them one by one; there, a later statement can change
 * the rows that an open cursor still has to read.
 */
export class SqlCursor<T> implements Iterable<T> {
  #rows: IterableIterator<T>

  constructor(private readonly found: T[]) {
    this.#rows = found[Symbol.iterator]()
  }

  [Symbol.iterator](): IterableIterator<T> {
    return this.#rows
  }

  next(): IteratorResult<T> {
    return this.#rows.next()
  }

  toArray(): T[] {
    return [...this.#rows]
  }

  /** @throws Error unless the query found exactly one row */
  one(): T {
    const [row] = this.found
    if (row !== undefined && this.found.length === 1) return row
    const what = row === undefined ? 'no results' : 'multiple results'
    throw new Error(`Expected exactly one result from SQL query, but got ${what}.`)
  }
}

/**
 * The statements of one database, each prepared once.
 *
 * Not like workerd: missing bindings are null, booleans are rejected, a BLOB is read as a Uint8Array, and
 * errors have SQLite's message without the name of its code.
 */
export class Statements {
  readonly #prepared = new Map<string, Prepared[]>()

  constructor(private readonly database: DatabaseSync) {}

  /** Runs one or more statements. The bindings are for the last one, and so are the rows. */
  exec<T = Row>(query: string, bindings: readonly Value[]): SqlCursor<T> {
    if (OF_TRANSACTIONS.test(query)) throw new Error(NO_TRANSACTION)
    return new SqlCursor(this.rows<T>(query, bindings))
  }

  /** Returns the rows of a query, which may begin or end a transaction. */
  rows<T = Row>(query: string, bindings: readonly Value[] = []): T[] {
    const known = this.#prepared.get(query)
    if (known?.length === 1 && known[0]) return all<T>(known[0], bindings)
    return this.#each<T>(query, bindings)
  }

  // Each statement runs before the next is prepared, because it may create a table that the next needs.
  #each<T>(query: string, bindings: readonly Value[]): T[] {
    const statements: Prepared[] = []
    let rest = query
    let rows: T[] = []
    do {
      const statement = this.database.prepare(rest)
      const { sourceSQL } = statement
      // Node 22 binds numbered parameters only by name.
      const prepared = { statement, isNumbered: /\?\d/.test(sourceSQL) }
      // SQLite prepares the first statement of a text, and reports where it ends.
      const next = rest.slice(sourceSQL.length).trim()
      rows = all<T>(prepared, next === '' ? bindings : [])
      statements.push(prepared)
      rest = next
    } while (rest !== '')
    this.#prepared.set(query, statements)
    return rows
  }
}

function all<T>({ isNumbered, statement }: Prepared, bindings: readonly Value[]): T[] {
  const values = bindings.map(bindable)
  if (!isNumbered) return statement.all(...values) as T[]
  const named = Object.fromEntries(values.map((value, index) => [`?${index + 1}`, value]))
  return statement.all(named) as T[]
}

function bindable(value: Value): SQLInputValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return value ?? null
}
