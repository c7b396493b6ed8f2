import { KEPT_SECONDS } from '../kv'
import { Remembered } from '../remembered'
import type { AccessToken, GrantDump } from './grant'

export type State = GrantDump['state']
/** What is remembered of a rotated refresh token: how its pair was made, for the grace window. */
export type Spent = GrantDump['spent'][string]

const TABLES = `
CREATE TABLE IF NOT EXISTS grant_state (
  id TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  endsAtSeconds INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS grant_end ON grant_state (endsAtSeconds);
CREATE TABLE IF NOT EXISTS access_token (
  grantId TEXT NOT NULL,
  hash TEXT NOT NULL,
  issuedAtSeconds INTEGER NOT NULL,
  expiresAtSeconds INTEGER NOT NULL,
  policyId TEXT NOT NULL,
  PRIMARY KEY (grantId, hash)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent_token (
  grantId TEXT NOT NULL,
  hash TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (grantId, hash)
) WITHOUT ROWID;`

// States that were read or written here; nobody else writes them.
const REMEMBERED = 1000

/** The grants of one object as they are stored: states, access tokens, and rotated refresh tokens. */
export class GrantTables {
  readonly #remembered = new Remembered<string, State>(REMEMBERED)

  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLES)
  }

  find(grantId: string): State | undefined {
    const known = this.#remembered.get(grantId)
    if (known) return known
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM grant_state WHERE id = ?',
      grantId,
    )
    return row && this.#remembered.set(grantId, JSON.parse(row.value))
  }

  /** @throws Error where the grant is there already */
  add(state: State): void {
    const { code, grant } = state
    this.sql.exec(
      'INSERT INTO grant_state VALUES (?, ?, ?)',
      grant.id,
      JSON.stringify(state),
      Math.max(grant.sessionEndsAtSeconds, code.expiresAtSeconds),
    )
    this.#remembered.set(grant.id, state)
  }

  save(state: State): void {
    const { id } = state.grant
    this.sql.exec('UPDATE grant_state SET value = ? WHERE id = ?', JSON.stringify(state), id)
    this.#remembered.set(id, state)
  }

  token(grantId: string, hash: string): AccessToken | undefined {
    const [row] = this.sql.exec<AccessToken>(
      `SELECT hash, issuedAtSeconds, expiresAtSeconds, policyId FROM access_token
       WHERE grantId = ? AND hash = ?`,
      grantId,
      hash,
    )
    return row
  }

  tokens(grantId: string): AccessToken[] {
    return [
      ...this.sql.exec<AccessToken>(
        `SELECT hash, issuedAtSeconds, expiresAtSeconds, policyId FROM access_token
         WHERE grantId = ? ORDER BY issuedAtSeconds, hash`,
        grantId,
      ),
    ]
  }

  addToken(grantId: string, token: AccessToken): void {
    const { hash, issuedAtSeconds, expiresAtSeconds, policyId } = token
    this.sql.exec(
      'DELETE FROM access_token WHERE grantId = ? AND expiresAtSeconds <= ?',
      grantId,
      issuedAtSeconds - KEPT_SECONDS,
    )
    this.sql.exec(
      'INSERT INTO access_token VALUES (?, ?, ?, ?, ?)',
      grantId,
      hash,
      issuedAtSeconds,
      expiresAtSeconds,
      policyId,
    )
  }

  removeToken(grantId: string, hash: string): void {
    this.sql.exec('DELETE FROM access_token WHERE grantId = ? AND hash = ?', grantId, hash)
  }

  spent(grantId: string, hash: string): Spent | undefined {
    const [row] = this.sql.exec<{ value: string }>(
      'SELECT value FROM spent_token WHERE grantId = ? AND hash = ?',
      grantId,
      hash,
    )
    return row && JSON.parse(row.value)
  }

  spend(grantId: string, hash: string, spent: Spent): void {
    this.sql.exec('INSERT INTO spent_token VALUES (?, ?, ?)', grantId, hash, JSON.stringify(spent))
  }

  allSpent(grantId: string): Record<string, Spent> {
    const rows = this.sql.exec<{ hash: string; value: string }>(
      'SELECT hash, value FROM spent_token WHERE grantId = ?',
      grantId,
    )
    return Object.fromEntries([...rows].map(({ hash, value }) => [hash, JSON.parse(value)]))
  }

  /** Forgets the grants that are over, a day later: as long they are told from those that never were. */
  collect(now: number): void {
    const over = this.sql.exec<{ id: string }>(
      'SELECT id FROM grant_state WHERE endsAtSeconds <= ?',
      now - KEPT_SECONDS,
    )
    for (const { id } of [...over]) {
      for (const table of ['access_token', 'spent_token']) {
        this.sql.exec(`DELETE FROM ${table} WHERE grantId = ?`, id)
      }
      this.sql.exec('DELETE FROM grant_state WHERE id = ?', id)
      this.#remembered.delete(id)
    }
  }

  isEmpty(): boolean {
    return [...this.sql.exec('SELECT 1 FROM grant_state LIMIT 1')].length === 0
  }
}
