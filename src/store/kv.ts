import type { z } from 'zod'
import { Remembered } from './remembered'

/** KV takes no key that is longer. */
const LONGEST_KEY_BYTES = 512

/** What an id may take of it beside the epoch and the longest prefix. */
export const LONGEST_ID_BYTES = LONGEST_KEY_BYTES - 32

/** KV refuses an `expirationTtl` under 60 s. */
const SHORTEST_TTL_SECONDS = 60

/** The runtime takes no `expirationTtl` over 2^31 - 1 s, which are 68 years. */
const LONGEST_TTL_SECONDS = 2_000_000_000

/**
 * How long what is over is kept: a day. The emulated clock may lag behind the real one; no lifetime is
 * ever judged by KV, its TTL only collects what is long over.
 */
export const KEPT_SECONDS = 86_400

// What is told beside a record, for `collect`.
type Ends = { endsAtSeconds?: number }

// A Durable Object may ask KV a thousand times for one alarm.
const MOST_COLLECTED = 900

/** Thrown where KV does not answer: nothing is known, or nothing was kept, and later it may be. */
export class StorageUnavailable extends Error {
  readonly retryAfterSeconds = 5

  constructor(cause: unknown) {
    super('The storage does not answer; try again', { cause })
    this.name = 'StorageUnavailable'
  }
}

// The one table of key prefixes.
const PREFIXES = {
  client: 'client',
  grant: 'grant',
  dashboardGrant: 'dashboard-grant',
  session: 'session',
  policyTest: 'policy-test',
  consent: 'consent',
} as const
export type RecordKind = keyof typeof PREFIXES

// Records are written once, so what this isolate has seen of them stays true.
const REMEMBERED = 10_000

/**
 * Typed KV records of one kind, read through a schema, written once and never changed.
 *
 * The epoch is part of every key: a reset gives the emulator a new one, and with it an empty store
 * at once, however long KV goes on answering for the old keys.
 */
export class Records<T> {
  readonly #remembered = new Remembered<string, T>(REMEMBERED)

  constructor(
    private readonly kv: KVNamespace,
    private readonly epoch: string,
    private readonly kind: RecordKind,
    private readonly schema: z.ZodType<T>,
  ) {}

  /** The record where this isolate has read it before. */
  remembered(id: string): T | undefined {
    return this.#remembered.get(id)
  }

  /** @throws StorageUnavailable */
  async find(id: string): Promise<T | undefined> {
    const known = this.#remembered.get(id)
    if (known) return known
    const key = this.#key(id)
    // KV throws at a longer key, and nothing can have been put there.
    if (new TextEncoder().encode(key).length > LONGEST_KEY_BYTES) return undefined
    const stored = await answered(this.kv.get(key, 'json'))
    if (stored === null) return undefined
    // What another version of the emulator has stored counts as not there.
    const record = this.schema.safeParse(stored).data
    if (record !== undefined) this.remember(id, record)
    return record
  }

  /**
   * @param life from when on and how long the record is needed, by the emulated clock; for good
   *   where it is left out
   * @throws StorageUnavailable where it was not kept
   */
  async put(id: string, record: T, life?: { fromSeconds: number; seconds: number }): Promise<void> {
    const options = life && {
      expirationTtl: Math.min(
        Math.max(SHORTEST_TTL_SECONDS, Math.ceil(life.seconds) + KEPT_SECONDS),
        LONGEST_TTL_SECONDS,
      ),
      metadata: { endsAtSeconds: life.fromSeconds + life.seconds } satisfies Ends,
    }
    await answered(this.kv.put(this.#key(id), JSON.stringify(record), { ...options }))
    this.remember(id, record)
  }

  /** Deletes the record, for what only an emulator does. */
  async delete(id: string): Promise<void> {
    this.#remembered.delete(id)
    await answered(this.kv.delete(this.#key(id)))
  }

  /** A page of records in the order of their ids, and where the next one begins. */
  async list(limit: number, cursor?: string): Promise<{ ids: string[]; cursor?: string }> {
    const prefix = this.#key('')
    const page = await answered(this.kv.list({ prefix, limit, ...(cursor && { cursor }) }))
    return {
      ids: page.keys.map(({ name }) => name.slice(prefix.length)),
      ...(page.list_complete ? {} : { cursor: page.cursor }),
    }
  }

  remember(id: string, record: T): void {
    this.#remembered.set(id, record)
  }

  #key(id: string): string {
    return `${this.epoch}:${PREFIXES[this.kind]}:${id}`
  }
}

async function answered<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation
  } catch (error) {
    throw new StorageUnavailable(error)
  }
}

/**
 * Deletes records that are long over by the emulated clock, which may be far ahead of the one that KV's
 * TTL counts with.
 *
 * @returns whether those were all
 */
export async function collect(kv: KVNamespace, epoch: string, now: number): Promise<boolean> {
  let cursor: string | undefined
  let left = MOST_COLLECTED
  do {
    const page: KVNamespaceListResult<Ends> = await kv.list({ prefix: `${epoch}:`, cursor })
    const over = page.keys.filter(
      ({ metadata }) => (metadata?.endsAtSeconds ?? Number.POSITIVE_INFINITY) + KEPT_SECONDS <= now,
    )
    const some = over.slice(0, left)
    await Promise.all(some.map(({ name }) => kv.delete(name)))
    left -= some.length
    if (some.length < over.length) return false
    cursor = page.list_complete ? undefined : page.cursor
  } while (cursor)
  return true
}

/** Deletes every record of an epoch that a reset has ended. */
export async function sweep(kv: KVNamespace, epoch: string): Promise<void> {
  let cursor: string | undefined
  do {
    const page: KVNamespaceListResult<unknown> = await kv.list({ prefix: `${epoch}:`, cursor })
    await Promise.all(page.keys.map(({ name }) => kv.delete(name)))
    cursor = page.list_complete ? undefined : page.cursor
  } while (cursor)
}
