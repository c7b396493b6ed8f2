import {
  certified,
  createPrivateKey,
  createSigningKey,
  type PrivateKey,
  type SigningKey,
} from '../../access/keys'

// The current key, until the keys are published.
const FIRST = 'first-key'

/**
 * The signing keys, created exactly once, however many requests need them first. They survive a reset,
 * because origins cache the published keys for minutes and a test that resets must not wait for that.
 *
 * The first assertion needs one key. The next key and the certificates are created when they are published,
 * because that takes three times as long.
 */
export class SigningKeys {
  #first: Promise<PrivateKey> | undefined
  #keys: Promise<SigningKey[]> | undefined

  constructor(private readonly kv: SyncKvStorage) {}

  /** Returns the key that signs now. */
  async current(): Promise<PrivateKey> {
    const [current] = this.kv.get<SigningKey[]>('keys') ?? []
    if (current) return current
    this.#first ??= this.#loadFirst()
    return this.#first
  }

  /** Returns the current key first, the next one second, then the retired ones. */
  all(): Promise<SigningKey[]> {
    this.#keys ??= this.#load()
    return this.#keys
  }

  /**
   * Makes the next key the current one. The previous key is published and accepted for another week of
   * emulated time.
   *
   * Access: documented [K27].
   */
  async rotate(now: number): Promise<void> {
    await this.all()
    const added = await createSigningKey(now)
    // Read only now, because another rotation may have happened while the key was created.
    const [current, next, ...retired] = this.kv.get<SigningKey[]>('keys') ?? []
    if (!current || !next) throw new Error('The store has no signing keys')
    this.#keep([next, added, { ...current, retiredAtSeconds: now }, ...retired])
  }

  /** Replaces the keys by those of another store. */
  replace(keys: SigningKey[]): void {
    this.#keep(keys)
  }

  async #load(): Promise<SigningKey[]> {
    const stored = this.kv.get<SigningKey[]>('keys')
    if (stored) return stored
    const now = Math.floor(Date.now() / 1000)
    const first = this.current().then((key) => certified(key, now))
    // Access: observed [O11]. Two keys are published at all times.
    return this.#keep(await Promise.all([first, createSigningKey(now)]))
  }

  async #loadFirst(): Promise<PrivateKey> {
    const stored = this.kv.get<PrivateKey>(FIRST)
    if (stored) return stored
    const key = await createPrivateKey()
    // Before anything is signed with it: the process may be killed.
    this.kv.put(FIRST, key)
    return key
  }

  #keep(keys: SigningKey[]): SigningKey[] {
    this.kv.put('keys', keys)
    this.kv.delete(FIRST)
    this.#first = undefined
    this.#keys = Promise.resolve(keys)
    return keys
  }
}
