import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers'
import {
  cursorOf,
  keyFor,
  limitOf,
  metadataOf,
  nameAt,
  readAs,
  storable,
  untilOf,
} from './kv-limits.ts'
import { Statements } from './sql.ts'
import { openDatabase } from './sqlite.ts'

type PutOptions = { expiration?: number; expirationTtl?: number; metadata?: unknown }
type ListOptions = { prefix?: string | null; limit?: number; cursor?: string | null }
type Type = 'text' | 'json' | 'arrayBuffer'
type Found = { value: string | Uint8Array; metadata: string | null }
type Listed = { key: string; metadata: string | null; expiration: number | null }

const TABLE = `
CREATE TABLE IF NOT EXISTS record (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL,
  metadata TEXT,
  expiration INTEGER
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS record_end ON record (expiration) WHERE expiration IS NOT NULL`

// The interval at which expired records are deleted. Reads do not return them after they expire.
const COLLECTED_EVERY_SECONDS = 60

/**
 * A KV namespace. Reads see every write that has ended.
 *
 * Not like workerd: no streams, no `get` of several keys, and no `cacheTtl`, which is ignored.
 */
export class KeyValueNamespace {
  readonly #database: DatabaseSync
  readonly #statements: Statements
  #collectedAtSeconds = 0

  /** @param nowMs the real clock, which decides no lifetime of the emulator */
  constructor(
    file: string | undefined,
    private readonly nowMs: () => number,
  ) {
    this.#database = openDatabase(file)
    this.#database.exec(TABLE)
    this.#statements = new Statements(this.#database)
  }

  async get(key: string, type?: Type | { type?: Type }): Promise<unknown> {
    return (await this.getWithMetadata(key, type)).value
  }

  async getWithMetadata(
    key: string,
    options?: Type | { type?: Type },
  ): Promise<{ value: unknown; metadata: unknown; cacheStatus: null }> {
    const [row] = this.#statements.rows<Found>(
      'SELECT value, metadata FROM record WHERE key = ? AND (expiration IS NULL OR expiration > ?)',
      [keyFor('GET', key), this.#now()],
    )
    const type = (typeof options === 'string' ? options : options?.type) ?? 'text'
    return {
      value: row ? readAs(row.value, type) : null,
      metadata: row?.metadata ? JSON.parse(row.metadata) : null,
      cacheStatus: null,
    }
  }

  async put(key: string, value: unknown, options: PutOptions = {}): Promise<void> {
    const now = this.#now()
    const record = [
      keyFor('PUT', key),
      storable(value),
      metadataOf(options.metadata),
      untilOf(options, now),
    ]
    await endOfTurn()
    this.#collect(now)
    this.#statements.rows('INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)', record)
  }

  async delete(key: string): Promise<void> {
    const name = keyFor('DELETE', key)
    await endOfTurn()
    this.#statements.rows('DELETE FROM record WHERE key = ?', [name])
  }

  async list({ prefix, limit, cursor }: ListOptions = {}): Promise<object> {
    const most = limitOf(limit)
    await endOfTurn()
    const rows = this.#statements.rows<Listed>(
      `SELECT key, metadata, expiration FROM record
       WHERE key >= ?1 AND key < CAST(?2 AS TEXT) AND key > ?3 AND (expiration IS NULL OR expiration > ?4)
       ORDER BY key LIMIT ?5`,
      [prefix ?? '', endOf(prefix ?? ''), nameAt(cursor), this.#now(), most + 1],
    )
    const keys = rows.slice(0, most).map(({ key: name, expiration, metadata }) => ({
      name,
      ...(expiration !== null && { expiration }),
      ...(metadata !== null && { metadata: JSON.parse(metadata) }),
    }))
    const last = keys.at(-1)
    if (rows.length <= most || !last) return { keys, list_complete: true, cacheStatus: null }
    return { keys, list_complete: false, cursor: cursorOf(last.name), cacheStatus: null }
  }

  close(): void {
    this.#database.close()
  }

  #now(): number {
    return Math.floor(this.nowMs() / 1000)
  }

  #collect(now: number): void {
    if (now - this.#collectedAtSeconds < COLLECTED_EVERY_SECONDS) return
    this.#collectedAtSeconds = now
    this.#statements.rows('DELETE FROM record WHERE expiration <= ?', [now])
  }
}

// Writes and lists wait for the turn of the event loop to end, in their order. So a response does not wait
// for those that continue after it: the record of a grant, the deletion of an ended epoch.
function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

// Keys are sorted by their UTF-8 bytes, none of which is 0xFF.
function endOf(prefix: string): ArrayBuffer {
  return new Uint8Array([...new TextEncoder().encode(prefix), 0xff]).buffer
}
