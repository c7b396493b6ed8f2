import { collect, sweep } from '../kv'

// By the emulated clock; by the real one, too, where nothing happens.
export const COLLECTED_EVERY_SECONDS = 6 * 3600

/** Forgets the records of KV that are over by the emulated clock, and those of epochs that have ended. */
export class Collector {
  #collectedAtSeconds: number

  constructor(
    private readonly storage: SyncKvStorage,
    private readonly kv: KVNamespace,
    now: number,
  ) {
    this.#collectedAtSeconds = storage.get<number>('collectedAtSeconds') ?? now
  }

  isDue(now: number): boolean {
    return Math.abs(now - this.#collectedAtSeconds) >= COLLECTED_EVERY_SECONDS
  }

  /** What KV refuses is tried again the next time. */
  async collect(epoch: string, now: number): Promise<void> {
    const before = this.#collectedAtSeconds
    this.#collectedAtSeconds = now
    this.storage.put('collectedAtSeconds', now)
    try {
      // Where there was more than one may delete at once, the next event goes on.
      if (!(await collect(this.kv, epoch, now))) this.#collectedAtSeconds = before
      for (const ended of this.#unswept()) {
        await sweep(this.kv, ended)
        const left = this.#unswept().filter((each) => each !== ended)
        this.storage.put('unswept', left)
      }
    } catch (error) {
      console.warn('KV could not be collected, which is tried again:', error)
      this.#collectedAtSeconds = before
    }
  }

  /** An ended epoch whose records could not be swept. */
  sweepLater(epoch: string): void {
    this.storage.put('unswept', [...this.#unswept(), epoch])
  }

  #unswept(): string[] {
    return this.storage.get<string[]>('unswept') ?? []
  }
}
