import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

type Value = string | number | null | ArrayBuffer | undefined
type Row = Record<string, unknown>

const OF_TRANSACTIONS = /^\s*(BEGIN|COMMIT|END|ROLLBACK|SAVEPOINT|RELEASE)\b/i
// As workerd says it.
const NO_TRANSACTION =
  'To execute a transaction, please use the state.storage.transaction() or state.storage.transactionSync() APIs instead of the SQL BEGIN TRANSACTION or SAVEPOINT statements.'

/**
 * The rows of a query, read at once. workerd reads them one by one, so that there a later statement
 * could change what an open cursor still finds.
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
 * The statements of one database, prepared once each.
 *
 * Not like workerd: too few bindings are null, booleans are refused, a BLOB is read as a Uint8Array, and
 * errors have SQLite's message without the name of its code.
 */
export class Statements {
  readonly #prepared = new Map<string, StatementSync[]>()

  constructor(private readonly database: DatabaseSync) {}

  /** Runs a query, which may be several statements; bindings and rows are the last one's. */
  exec<T = Row>(query: string, bindings: readonly Value[]): SqlCursor<T> {
    if (OF_TRANSACTIONS.test(query)) throw new Error(NO_TRANSACTION)
    return new SqlCursor(this.rows<T>(query, bindings))
  }

  /** The rows of a query, which may begin or end a transaction. */
  rows<T = Row>(query: string, bindings: readonly Value[] = []): T[] {
    const known = this.#prepared.get(query)
    if (known?.length === 1 && known[0]) return all<T>(known[0], query, bindings)
    return this.#each<T>(query, bindings)
  }

  // A statement can refer to a table that the one before it creates, so each runs before the next is
  // prepared.
  #each<T>(query: string, bindings: readonly Value[]): T[] {
    const statements: StatementSync[] = []
    let rest = query
    let rows: T[] = []
    do {
      const statement = this.database.prepare(rest)
      // SQLite prepares the first statement of a text, and says how far it has come.
      const next = rest.slice(statement.sourceSQL.length).trim()
      rows = all<T>(statement, rest, next === '' ? bindings : [])
      statements.push(statement)
      rest = next
    } while (rest !== '')
    this.#prepared.set(query, statements)
    return rows
  }
}

function all<T>(statement: StatementSync, query: string, bindings: readonly Value[]): T[] {
  const values = bindings.map(bindable)
  // Node 22 has numbered parameters by their names alone.
  if (!/\?\d/.test(query)) return statement.all(...values) as T[]
  const named = Object.fromEntries(values.map((value, index) => [`?${index + 1}`, value]))
  return statement.all(named) as T[]
}

function bindable(value: Value): SQLInputValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return value ?? null
}
