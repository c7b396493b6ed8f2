/** The faults of a KV namespace, which may occur in production too. */
export type Unreliability = {
  /** How stale reads may be, by the clock `now`; 0 for current. */
  staleSeconds?: number
  /** How long an operation takes at most, in real milliseconds. */
  slowMs?: number
  /** How often reads and writes fail, from 0 to 1. */
  failingReads?: number
  failingWrites?: number
}

type Version = { atSeconds: number; value: string | null; options?: KVNamespacePutOptions }

/**
 * A KV namespace as seen far from where it was written: a read may return the value of up to
 * `staleSeconds` ago, even that no value existed; operations are delayed, and some fail. Its
 * behaviour is determined by a seed, except for the order of the operations.
 */
export class UnreliableKv {
  readonly #versions = new Map<string, Version[]>()
  #random: () => number
  failedWrites = 0
  failedReads = 0
  staleReads = 0

  constructor(
    private readonly kv: KVNamespace,
    private readonly now: () => number,
    public is: Unreliability,
    seed = 1,
  ) {
    this.#random = randomFrom(seed)
  }

  /** The namespace as a binding. */
  get binding(): KVNamespace {
    const { kv } = this
    return {
      ...kv,
      get: (key: string, type?: 'json' | 'text') => this.#get(key, type),
      put: (key: string, value: string, options?: KVNamespacePutOptions) =>
        this.#put(key, value, options),
      delete: (key: string) => this.#delete(key),
      list: async (options?: KVNamespaceListOptions) => {
        await this.#operate('read')
        return kv.list(options)
      },
    } as unknown as KVNamespace
  }

  async #get(key: string, type?: 'json' | 'text'): Promise<unknown> {
    await this.#operate('read')
    const text = this.#seenLate(key) ?? { value: await this.kv.get(key) }
    if (text.value === null) return null
    return type === 'json' ? JSON.parse(text.value) : text.value
  }

  // The earlier value, if the key was written since and the read is to be stale.
  #seenLate(key: string): { value: string | null } | undefined {
    const { staleSeconds = 0 } = this.is
    const seenAtSeconds = this.now() - this.#random() * staleSeconds
    const versions = this.#versions.get(key) ?? []
    const newest = versions.at(-1)
    if (!newest || newest.atSeconds <= seenAtSeconds) return undefined
    this.staleReads++
    return versions.findLast(({ atSeconds }) => atSeconds <= seenAtSeconds) ?? { value: null }
  }

  async #put(key: string, value: string, options?: KVNamespacePutOptions): Promise<void> {
    await this.#operate('write')
    await this.kv.put(key, value, options)
    this.#written(key, value)
  }

  async #delete(key: string): Promise<void> {
    await this.#operate('write')
    await this.kv.delete(key)
    this.#written(key, null)
  }

  #written(key: string, value: string | null): void {
    this.#versions.set(key, [...(this.#versions.get(key) ?? []), { atSeconds: this.now(), value }])
  }

  async #operate(operation: 'read' | 'write'): Promise<void> {
    const { slowMs = 0, failingReads = 0, failingWrites = 0 } = this.is
    if (slowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.#random() * slowMs))
    if (this.#random() >= (operation === 'read' ? failingReads : failingWrites)) return
    if (operation === 'read') this.failedReads++
    else this.failedWrites++
    throw new Error(`KV ${operation} failed: 500 Internal Server Error`)
  }
}

// mulberry32: small, and the same everywhere.
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
