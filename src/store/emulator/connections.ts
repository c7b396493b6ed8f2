/** An application that a person has authorized at the dashboard, by the grant that it holds. */
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
 * Which grants people have given at the dashboard: the list of their connected applications. Whether
 * a grant is good is asked of its own object.
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

  /** Those of a person that are not over, the latest first. */
  of(email: string, now: number): Connection[] {
    const rows = this.sql.exec<{ value: string }>(
      'SELECT value FROM connection WHERE email = ? AND endsAtSeconds > ? ORDER BY rowid DESC',
      email,
      now,
    )
    return [...rows].map(({ value }) => JSON.parse(value))
  }

  /** Forgets those that are over. */
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
