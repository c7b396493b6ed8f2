import type { z } from 'zod'
import { Remembered } from './remembered'
import { StorageUnavailable } from './unavailable'

// KV rejects longer keys.
const LONGEST_KEY_BYTES = 512

/** The longest id that fits into a key, after the epoch and the longest prefix. */
export const LONGEST_ID_BYTES = LONGEST_KEY_BYTES - 32

// KV rejects a shorter `expirationTtl`.
const SHORTEST_TTL_SECONDS = 60

// The runtime rejects an `expirationTtl` over 2^31 - 1 s (68 years).
const LONGEST_TTL_SECONDS = 2_000_000_000

/**
 * The time for which expired records are kept: a day. KV's TTL never decides whether a record has
 * expired, because the emulated clock may lag behind the real one. It only deletes old records.
 */
export const KEPT_SECONDS = 86_400

// KV metadata, read by `collect`.
type Ends = { endsAtSeconds?: number }

// A Durable Object may call KV a thousand times for one alarm.
const MOST_COLLECTED = 900

// All key prefixes: everything that is stored in KV. `stores.ts` gives each kind its schema.
const PREFIXES = {
  client: 'client',
  grant: 'grant',
  dashboardGrant: 'dashboard-grant',
  session: 'session',
  policyTest: 'policy-test',
  consent: 'consent',
} as const
export type RecordKind = keyof typeof PREFIXES

// Records are written once, so a record that this isolate has read stays true.
const REMEMBERED = 10_000

/**
 * KV records of one kind, read through a schema. A record is written once and never changes.
 *
 * The epoch is part of every key. A reset begins a new epoch, so the store is empty at once, however long
 * KV still returns the old keys.
 */
export class Records<T> {
  readonly #remembered = new Remembered<string, T>(REMEMBERED)

  constructor(
    private readonly kv: KVNamespace,
    private readonly epoch: string,
    private readonly kind: RecordKind,
    private readonly schema: z.ZodType<T>,
  ) {}

  /** Returns the record if this isolate has read or written it before. */
  remembered(id: string): T | undefined {
    return this.#remembered.get(id)
  }

  /**
   * Returns the record; undefined if it does not exist.
   *
   * @throws StorageUnavailable
   */
  async find(id: string): Promise<T | undefined> {
    const known = this.#remembered.get(id)
    if (known) return known
    const key = this.#key(id)
    // KV throws for a longer key, and no record can have one.
    if (new TextEncoder().encode(key).length > LONGEST_KEY_BYTES) return undefined
    const stored = await responded(this.kv.get(key, 'json'))
    if (stored === null) return undefined
    // A record that another version of the emulator wrote in another form counts as missing.
    const record = this.schema.safeParse(stored).data
    if (record !== undefined) this.remember(id, record)
    return record
  }

  /**
   * Writes the record.
   *
   * @param life how long the record is needed, by the emulated clock; without it, forever
   * @throws StorageUnavailable if it was not written
   */
  async put(id: string, record: T, life?: { fromSeconds: number; seconds: number }): Promise<void> {
    const options = life && {
      expirationTtl: Math.min(
        Math.max(SHORTEST_TTL_SECONDS, Math.ceil(life.seconds) + KEPT_SECONDS),
        LONGEST_TTL_SECONDS,
      ),
      metadata: { endsAtSeconds: life.fromSeconds + life.seconds } satisfies Ends,
    }
    await responded(this.kv.put(this.#key(id), JSON.stringify(record), { ...options }))
    this.remember(id, record)
  }

  /** Deletes the record. Access never does; only the emulator's own control needs it. */
  async delete(id: string): Promise<void> {
    this.#remembered.delete(id)
    await responded(this.kv.delete(this.#key(id)))
  }

  /** Returns a page of ids in their order, and the cursor of the next page if there is one. */
  async list(limit: number, cursor?: string): Promise<{ ids: string[]; cursor?: string }> {
    const prefix = this.#key('')
    const page = await responded(this.kv.list({ prefix, limit, ...(cursor && { cursor }) }))
    return {
      ids: page.keys.map(({ name }) => name.slice(prefix.length)),
      ...(page.list_complete ? {} : { cursor: page.cursor }),
    }
  }

  /** Remembers a record that was not read from KV. */
  remember(id: string, record: T): void {
    this.#remembered.set(id, record)
  }

  #key(id: string): string {
    return `${this.epoch}:${PREFIXES[this.kind]}:${id}`
  }
}

async function responded<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation
  } catch (error) {
    throw new StorageUnavailable(error)
  }
}

/**
 * Deletes the records that expired more than a day ago by the emulated clock, which may be far ahead of
 * the clock of KV's TTL.
 *
 * @returns whether no such record is left
 */
export async function collect(kv: KVNamespace, epoch: string, now: number): Promise<boolean> {
  let cursor: string | undefined
  let left = MOST_COLLECTED
  do {
    const page: KVNamespaceListResult<Ends> = await kv.list({ prefix: `${epoch}:`, cursor })
    const expired = page.keys.filter(
      ({ metadata }) => (metadata?.endsAtSeconds ?? Number.POSITIVE_INFINITY) + KEPT_SECONDS <= now,
    )
    const some = expired.slice(0, left)
    await Promise.all(some.map(({ name }) => kv.delete(name)))
    left -= some.length
    if (some.length < expired.length) return false
    cursor = page.list_complete ? undefined : page.cursor
  } while (cursor)
  return true
}

/** Deletes every record of an epoch. */
export async function sweep(kv: KVNamespace, epoch: string): Promise<void> {
  let cursor: string | undefined
  do {
    const page: KVNamespaceListResult<unknown> = await kv.list({ prefix: `${epoch}:`, cursor })
    await Promise.all(page.keys.map(({ name }) => kv.delete(name)))
    cursor = page.list_complete ? undefined : page.cursor
  } while (cursor)
}
