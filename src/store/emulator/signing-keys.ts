import { createSigningKey, type SigningKey } from '../../access/keys'

/**
 * The signing keys, made exactly once however many ask for them first. They survive a reset: origins
 * keep the published set for minutes, and a test that resets the emulator must not wait for them.
 */
export class SigningKeys {
  #keys: Promise<SigningKey[]> | undefined

  constructor(private readonly kv: SyncKvStorage) {}

  /** The current one first, the one that follows it second. */
  all(): Promise<SigningKey[]> {
    this.#keys ??= this.#load()
    return this.#keys
  }

  /**
   * Makes the next key the current one. The one before is still published, and accepted, for a week
   * of emulated time.
   *
   * Access: documented (section 6.3).
   */
  async rotate(now: number): Promise<void> {
    await this.all()
    const added = await createSigningKey(now)
    // Asked only now: another rotation may have come while the key was made.
    const [current, next, ...retired] = this.kv.get<SigningKey[]>('keys') ?? []
    if (!current || !next) throw new Error('no signing keys')
    this.#keep([next, added, { ...current, retiredAtSeconds: now }, ...retired])
  }

  /** Takes the keys of another store. */
  replace(keys: SigningKey[]): void {
    this.#keep(keys)
  }

  async #load(): Promise<SigningKey[]> {
    const stored = this.kv.get<SigningKey[]>('keys')
    if (stored) return stored
    const now = Math.floor(Date.now() / 1000)
    // Access: observed [O11]. Two keys are published at all times.
    return this.#keep(await Promise.all([createSigningKey(now), createSigningKey(now)]))
  }

  #keep(keys: SigningKey[]): SigningKey[] {
    this.kv.put('keys', keys)
    this.#keys = Promise.resolve(keys)
    return keys
  }
}
