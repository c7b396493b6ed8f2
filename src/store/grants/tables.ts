import { KEPT_SECONDS } from '../kv'
import { Remembered } from '../remembered'
import type { AccessToken, GrantDump } from './grant'

export type State = GrantDump['state']
/** A rotated refresh token: when it was rotated, and its successors, for the grace window. */
export type Spent = GrantDump['spent'][string]

const NAMES = ['grant_state', 'access_token', 'spent_token'] as const

// Snapshots repeat the ids of grants, so the epoch is part of every key.
const TABLES = `
CREATE TABLE IF NOT EXISTS grant_state (
  epoch INTEGER NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  endsAtSeconds INTEGER NOT NULL,
  PRIMARY KEY (epoch, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS grant_end ON grant_state (epoch, endsAtSeconds);
CREATE TABLE IF NOT EXISTS access_token (
  epoch INTEGER NOT NULL,
  grantId TEXT NOT NULL,
  hash TEXT NOT NULL,
  issuedAtSeconds INTEGER NOT NULL,
  expiresAtSeconds INTEGER NOT NULL,
  policyId TEXT NOT NULL,
  PRIMARY KEY (epoch, grantId, hash)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS access_token_end ON access_token (epoch, grantId, expiresAtSeconds);
CREATE TABLE IF NOT EXISTS spent_token (
  epoch INTEGER NOT NULL,
  grantId TEXT NOT NULL,
  hash TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (epoch, grantId, hash)
) WITHOUT ROWID;`

// The states that were read or written here. Only this object writes them.
const REMEMBERED = 1000

/** Creates the tables of an object that has none, or only those of an earlier version. */
export function createTables(sql: SqlStorage): void {
  const columns = columnsOf(sql, 'grant_state')
  const isEarlier =
    columns.length > 0 && !columns.some(({ name, pk }) => name === 'epoch' && pk > 0)
  if (isEarlier) setAside(sql)
  sql.exec(TABLES)
  if (isEarlier) takeBack(sql)
}

/** Returns whether an object stores no grants of any epoch. */
export function isEmpty(sql: SqlStorage): boolean {
  return [...sql.exec('SELECT 1 FROM grant_state LIMIT 1')].length === 0
}

// Earlier versions did not count epochs, or did not have them in the keys, which SQLite cannot change.
function setAside(sql: SqlStorage): void {
  for (const name of NAMES) sql.exec(`ALTER TABLE ${name} RENAME TO earlier_${name}`)
  for (const name of ['grant_end', 'access_token_end']) sql.exec(`DROP INDEX IF EXISTS ${name}`)
}

// Tables without a column for epochs are those of one epoch, whose number is 0.
function takeBack(sql: SqlStorage): void {
  for (const name of NAMES) {
    const columns = columnsOf(sql, `earlier_${name}`).map((column) => column.name)
    const others = columns.filter((column) => column !== 'epoch').join(', ')
    const epoch = columns.includes('epoch') ? 'epoch' : '0'
    sql.exec(
      `INSERT INTO ${name} (epoch, ${others}) SELECT ${epoch}, ${others} FROM earlier_${name}`,
    )
    sql.exec(`DROP TABLE earlier_${name}`)
  }
}

function columnsOf(sql: SqlStorage, table: string): { name: string; pk: number }[] {
  return [...sql.exec<{ name: string; pk: number }>(`PRAGMA table_info(${table})`)]
}

/** The grants of one epoch in one object: states, access tokens, and rotated refresh tokens. */
export class GrantTables {
  readonly #remembered = new Remembered<string, State>(REMEMBERED)

  constructor(
    private readonly sql: SqlStorage,
    private readonly epoch: number,
  ) {}

  find(grantId: string): State | undefined {
    const known = this.#remembered.get(grantId)
    if (known) return known
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM grant_state WHERE epoch = ? AND id = ?',
      this.epoch,
      grantId,
    )
    return row && this.#remembered.set(grantId, JSON.parse(row.value))
  }

  all(): State[] {
    const rows = this.sql.exec<{ value: string }>(
      'SELECT value FROM grant_state WHERE epoch = ?',
      this.epoch,
    )
    return [...rows].map(({ value }) => JSON.parse(value))
  }

  /** @throws Error if the grant exists already */
  add(state: State): void {
    const { code, grant } = state
    this.sql.exec(
      'INSERT INTO grant_state (epoch, id, value, endsAtSeconds) VALUES (?, ?, ?, ?)',
      this.epoch,
      grant.id,
      JSON.stringify(state),
      Math.max(grant.sessionEndsAtSeconds, code.expiresAtSeconds),
    )
    this.#remembered.set(grant.id, state)
  }

  save(state: State): void {
    const { id } = state.grant
    this.sql.exec(
      'UPDATE grant_state SET value = ? WHERE epoch = ? AND id = ?',
      JSON.stringify(state),
      this.epoch,
      id,
    )
    this.#remembered.set(id, state)
  }

  token(grantId: string, hash: string): AccessToken | undefined {
    const [row] = this.sql.exec<AccessToken>(
      `SELECT hash, issuedAtSeconds, expiresAtSeconds, policyId FROM access_token
       WHERE epoch = ? AND grantId = ? AND hash = ?`,
      this.epoch,
      grantId,
      hash,
    )
    return row
  }

  tokens(grantId: string): AccessToken[] {
    return [
      ...this.sql.exec<AccessToken>(
        `SELECT hash, issuedAtSeconds, expiresAtSeconds, policyId FROM access_token
         WHERE epoch = ? AND grantId = ? ORDER BY issuedAtSeconds, hash`,
        this.epoch,
        grantId,
      ),
    ]
  }

  /** Adds an access token, and deletes those of its grant that expired more than a day ago. */
  addToken(grantId: string, token: AccessToken): void {
    const { hash, issuedAtSeconds, expiresAtSeconds, policyId } = token
    this.sql.exec(
      'DELETE FROM access_token WHERE epoch = ? AND grantId = ? AND expiresAtSeconds <= ?',
      this.epoch,
      grantId,
      issuedAtSeconds - KEPT_SECONDS,
    )
    this.sql.exec(
      `INSERT INTO access_token (epoch, grantId, hash, issuedAtSeconds, expiresAtSeconds, policyId)
       VALUES (?, ?, ?, ?, ?, ?)`,
      this.epoch,
      grantId,
      hash,
      issuedAtSeconds,
      expiresAtSeconds,
      policyId,
    )
  }

  removeToken(grantId: string, hash: string): void {
    this.sql.exec(
      'DELETE FROM access_token WHERE epoch = ? AND grantId = ? AND hash = ?',
      this.epoch,
      grantId,
      hash,
    )
  }

  spent(grantId: string, hash: string): Spent | undefined {
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM spent_token WHERE epoch = ? AND grantId = ? AND hash = ?',
      this.epoch,
      grantId,
      hash,
    )
    return row && JSON.parse(row.value)
  }

  spend(grantId: string, hash: string, spent: Spent): void {
    this.sql.exec(
      'INSERT INTO spent_token (epoch, grantId, hash, value) VALUES (?, ?, ?, ?)',
      this.epoch,
      grantId,
      hash,
      JSON.stringify(spent),
    )
  }

  allSpent(grantId: string): Record<string, Spent> {
    const rows = this.sql.exec<{ hash: string; value: string }>(
      'SELECT hash, value FROM spent_token WHERE epoch = ? AND grantId = ?',
      this.epoch,
      grantId,
    )
    return Object.fromEntries([...rows].map(({ hash, value }) => [hash, JSON.parse(value)]))
  }

  /** Deletes grants one day after they end. Until then, "expired" and "unknown" can be told apart. */
  collect(now: number): void {
    const expired = this.sql.exec<{ id: string }>(
      'SELECT id FROM grant_state WHERE epoch = ? AND endsAtSeconds <= ?',
      this.epoch,
      now - KEPT_SECONDS,
    )
    for (const { id } of [...expired]) {
      for (const table of ['access_token', 'spent_token']) {
        this.sql.exec(`DELETE FROM ${table} WHERE epoch = ? AND grantId = ?`, this.epoch, id)
      }
      this.sql.exec('DELETE FROM grant_state WHERE epoch = ? AND id = ?', this.epoch, id)
      this.#remembered.delete(id)
    }
  }

  /** Deletes the grants of all earlier epochs. */
  deleteEarlier(): void {
    for (const name of NAMES) this.sql.exec(`DELETE FROM ${name} WHERE epoch < ?`, this.epoch)
  }
}
