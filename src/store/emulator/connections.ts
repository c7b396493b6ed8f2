/** A client that a person has authorized at the dashboard, with the grant that it holds. */
export type Connection = {
  grantId: string
  clientId: string
  clientName: string
  accountIds: string[]
  scopes: string[]
  authorizedAtSeconds: number
}

const TABLES = `
CREATE TABLE IF NOT EXISTS connection (
  grantId TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  endsAtSeconds INTEGER NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS connection_of ON connection (email);
CREATE INDEX IF NOT EXISTS connection_end ON connection (endsAtSeconds);`

/**
 * The connected applications of each person: the grants that they have given at the dashboard. Only the
 * grant's own object knows whether a grant is valid.
 */
export class Connections {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLES)
  }

  add(email: string, connection: Connection, endsAtSeconds: number): void {
    this.sql.exec(
      'INSERT INTO connection VALUES (?, ?, ?, ?)',
      connection.grantId,
      email,
      endsAtSeconds,
      JSON.stringify(connection),
    )
  }

  remove(grantId: string): void {
    this.sql.exec('DELETE FROM connection WHERE grantId = ?', grantId)
  }

  /** Returns a person's connections that have not expired, the latest first. */
  of(email: string, now: number): Connection[] {
    const rows = this.sql.exec<{ value: string }>(
      'SELECT value FROM connection WHERE email = ? AND endsAtSeconds > ? ORDER BY rowid DESC',
      email,
      now,
    )
    return [...rows].map(({ value }) => JSON.parse(value))
  }

  /** Deletes connections that have expired. */
  collect(now: number): void {
    this.sql.exec('DELETE FROM connection WHERE endsAtSeconds <= ?', now)
  }

  isEmpty(): boolean {
    return [...this.sql.exec('SELECT 1 FROM connection LIMIT 1')].length === 0
  }

  reset(): void {
    this.sql.exec('DELETE FROM connection')
  }
}
