import { deserialize, serialize } from 'node:v8'
import type { Alarm } from './alarm.ts'
import type { ObjectDatabase } from './object-database.ts'
import type { SqlCursor } from './sql.ts'

type ListOptions = {
  prefix?: string
  start?: string
  end?: string
  limit?: number
  reverse?: boolean
}

/** `storage.kv`, whose values are serialized as structured clones. */
class KeyValues {
  constructor(private readonly database: ObjectDatabase) {}

  get(key: string): unknown {
    const [row] = this.#rows<{ value: Uint8Array }>('SELECT value FROM _cf_KV WHERE key = ?', key)
    return row && deserialize(row.value)
  }

  put(key: string, value: unknown): void {
    // For a function, `structuredClone` throws the platform's own error.
    const bytes = typeof value === 'function' ? structuredClone(value) : serialize(value)
    this.database.statements.rows('INSERT OR REPLACE INTO _cf_KV VALUES (?, ?)', [
      key,
      bytes as never,
    ])
  }

  delete(key: string): boolean {
    return this.#rows('DELETE FROM _cf_KV WHERE key = ? RETURNING 1', key).length > 0
  }

  *list({
    prefix = '',
    start = '',
    end,
    limit = -1,
    reverse,
  }: ListOptions = {}): Iterable<[string, unknown]> {
    const rows = this.#rows<{ key: string; value: Uint8Array }>(
      `SELECT key, value FROM _cf_KV
       WHERE substr(key, 1, length(?1)) = ?1 AND key >= ?2 AND (?3 IS NULL OR key < ?3)
       ORDER BY key ${reverse ? 'DESC' : 'ASC'} LIMIT ?4`,
      prefix,
      start,
      end ?? null,
      limit,
    )
    for (const { key, value } of rows) yield [key, deserialize(value)]
  }

  #rows<T>(query: string, ...bindings: (string | number | null)[]): T[] {
    return this.database.statements.rows<T>(query, bindings)
  }
}

/** `ctx.storage` of a Durable Object, without the asynchronous key-value methods. */
export class ObjectStorage {
  readonly kv: KeyValues
  readonly sql: { exec<T>(query: string, ...bindings: never[]): SqlCursor<T> }

  constructor(
    private readonly database: ObjectDatabase,
    private readonly alarm: Alarm,
  ) {
    this.kv = new KeyValues(database)
    this.sql = { exec: (query, ...bindings) => database.statements.exec(query, bindings) }
  }

  transactionSync<T>(act: () => T): T {
    try {
      return this.database.transaction(act)
    } catch (error) {
      this.alarm.schedule()
      throw error
    }
  }

  async getAlarm(): Promise<number | null> {
    return this.alarm.time()
  }

  async setAlarm(time: number | Date): Promise<void> {
    const at = Number(time)
    if (!(at > 0)) throw new TypeError('setAlarm() cannot be called with an alarm time <= 0')
    this.alarm.set(at)
  }

  async deleteAlarm(): Promise<void> {
    this.alarm.set(null)
  }

  async deleteAll(): Promise<void> {
    this.database.delete()
    this.alarm.schedule()
  }
}
