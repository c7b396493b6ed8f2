import type { Identity } from '../../access/identity'
import type { RecordedEvent } from '../../events/event'

/** A person who has signed in, or whom the API has created as a user. */
export type DirectoryUser = {
  email: string
  name: string
  createdAtSeconds: number
  updatedAtSeconds: number
  lastLoginAtSeconds: number | null
}

/** A sign-in, and the applications it was used for by their ids. */
export type DirectorySession = {
  id: string
  identity: Identity
  holder: 'browser' | 'client'
  revision: number
  issuedAtSeconds: number
  expiresAtSeconds: number
  ip: string
  country: string
  applications: Record<string, { hostname: string; name: string; type: string; uid: string }>
}

const TABLES = `
CREATE TABLE IF NOT EXISTS user (
  email TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  createdAtSeconds INTEGER NOT NULL,
  updatedAtSeconds INTEGER NOT NULL,
  lastLoginAtSeconds INTEGER
);
CREATE TABLE IF NOT EXISTS session (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL,
  expiresAtSeconds INTEGER NOT NULL,
  value TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS session_of ON session (email);
CREATE INDEX IF NOT EXISTS session_end ON session (expiresAtSeconds);
CREATE TABLE IF NOT EXISTS session_application (
  sessionId TEXT NOT NULL,
  uid TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (sessionId, uid)
);
CREATE TABLE IF NOT EXISTS token_use (serviceTokenId TEXT PRIMARY KEY, atSeconds INTEGER NOT NULL);`

/**
 * The users that the API lists, with their sign-ins and the applications that they opened. It is derived
 * from events afterwards. No decision depends on it.
 */
export class Directory {
  constructor(private readonly sql: SqlStorage) {
    sql.exec(TABLES)
  }

  learn(event: RecordedEvent, now: number): void {
    if (event.kind === 'signed-in') this.#signedIn(event, now)
    if (event.kind === 'application-opened') this.#opened(event)
    if (event.kind === 'access-request' && event.serviceToken && event.allowed) {
      this.sql.exec('INSERT OR REPLACE INTO token_use VALUES (?, ?)', event.serviceToken.id, now)
    }
  }

  users(): DirectoryUser[] {
    return [...this.sql.exec<DirectoryUser>('SELECT * FROM user ORDER BY rowid')]
  }

  /** Creates a user, or renames one. */
  putUser(email: string, name: string, now: number): void {
    this.sql.exec(
      `INSERT INTO user VALUES (?1, ?2, ?3, ?3, NULL)
       ON CONFLICT DO UPDATE SET name = excluded.name, updatedAtSeconds = ?3`,
      email,
      name,
      now,
    )
  }

  /** Deletes a user and their sign-ins. */
  deleteUser(email: string): void {
    this.sql.exec('DELETE FROM user WHERE email = ?', email)
    this.sql.exec(
      'DELETE FROM session_application WHERE sessionId IN (SELECT id FROM session WHERE email = ?)',
      email,
    )
    this.sql.exec('DELETE FROM session WHERE email = ?', email)
  }

  /** Returns the sign-ins that have not expired: all, or those of one person or one kind of holder. */
  sessions(
    email: string | undefined,
    now: number,
    holder?: DirectorySession['holder'],
  ): DirectorySession[] {
    const rows = this.sql.exec<{ value: string }>(
      `SELECT value FROM session WHERE (?1 IS NULL OR email = ?1) AND expiresAtSeconds > ?2
         AND (?3 IS NULL OR value ->> 'holder' = ?3)
       ORDER BY rowid`,
      email ?? null,
      now,
      holder ?? null,
    )
    return [...rows].map(({ value }) => {
      const session = JSON.parse(value) as Omit<DirectorySession, 'applications'>
      return { ...session, applications: this.#applications(session.id) }
    })
  }

  /** Deletes the last use of a service token that was deleted. */
  forgetTokenUse(serviceTokenId: string): void {
    this.sql.exec('DELETE FROM token_use WHERE serviceTokenId = ?', serviceTokenId)
  }

  /** Returns when each service token was last admitted, in seconds, by its id. */
  tokenUses(): Record<string, number> {
    const rows = this.sql.exec<{ serviceTokenId: string; atSeconds: number }>(
      'SELECT * FROM token_use',
    )
    return Object.fromEntries(
      [...rows].map(({ serviceTokenId, atSeconds }) => [serviceTokenId, atSeconds]),
    )
  }

  /** Deletes sign-ins that have expired. */
  collect(now: number): void {
    this.sql.exec('DELETE FROM session WHERE expiresAtSeconds <= ?', now)
    this.sql.exec('DELETE FROM session_application WHERE sessionId NOT IN (SELECT id FROM session)')
  }

  isEmpty(): boolean {
    return [...this.sql.exec('SELECT 1 FROM session LIMIT 1')].length === 0
  }

  reset(): void {
    for (const table of ['user', 'session', 'session_application', 'token_use']) {
      this.sql.exec(`DELETE FROM ${table}`)
    }
  }

  #applications(sessionId: string): DirectorySession['applications'] {
    const rows = this.sql.exec<{ uid: string; value: string }>(
      'SELECT uid, value FROM session_application WHERE sessionId = ?',
      sessionId,
    )
    return Object.fromEntries([...rows].map(({ uid, value }) => [uid, JSON.parse(value)]))
  }

  #signedIn(event: Extract<RecordedEvent, { kind: 'signed-in' }>, now: number): void {
    const { at: _, kind: __, sessionId: id, ...rest } = event
    const { identity, expiresAtSeconds } = rest
    this.sql.exec(
      `INSERT INTO user VALUES (?1, ?2, ?3, ?3, ?3)
       ON CONFLICT DO UPDATE SET lastLoginAtSeconds = ?3`,
      identity.email,
      identity.name,
      now,
    )
    const session = { ...rest, id, issuedAtSeconds: now }
    this.sql.exec(
      'INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?)',
      id,
      identity.email,
      expiresAtSeconds,
      JSON.stringify(session),
    )
  }

  #opened(event: Extract<RecordedEvent, { kind: 'application-opened' }>): void {
    const { application, hostname, sessionId } = event
    const { id: uid, name, type } = application
    this.sql.exec(
      'INSERT OR REPLACE INTO session_application VALUES (?, ?, ?)',
      sessionId,
      uid,
      JSON.stringify({ hostname, name, type, uid }),
    )
  }
}
