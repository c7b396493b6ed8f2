import { collect, sweep } from '../kv'

// By the emulated clock. Without requests, the alarm follows the real clock.
export const COLLECTED_EVERY_SECONDS = 6 * 3600

/** Deletes KV records that have expired by the emulated clock, and the records of ended epochs. */
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

  /** Deletes what is due. If KV fails, the next collection tries again. */
  async collect(epoch: string, now: number): Promise<void> {
    const before = this.#collectedAtSeconds
    this.#collectedAtSeconds = now
    this.storage.put('collectedAtSeconds', now)
    try {
      // If one run may not delete everything, the next event continues.
      if (!(await collect(this.kv, epoch, now))) this.#collectedAtSeconds = before
      for (const ended of this.#unswept()) {
        await sweep(this.kv, ended)
        const left = this.#unswept().filter((each) => each !== ended)
        this.storage.put('unswept', left)
      }
    } catch (error) {
      console.warn(
        'Expired records could not be deleted from KV. The next event tries again:',
        error,
      )
      this.#collectedAtSeconds = before
    }
  }

  /** Adds an ended epoch whose records could not be swept. */
  sweepLater(epoch: string): void {
    this.storage.put('unswept', [...this.#unswept(), epoch])
  }

  #unswept(): string[] {
    return this.storage.get<string[]>('unswept') ?? []
  }
}
