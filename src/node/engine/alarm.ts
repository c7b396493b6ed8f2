import { clearTimeout, setTimeout } from 'node:timers'
import type { ObjectDatabase } from './object-database.ts'

// A timer of Node takes no longer.
const LONGEST_MS = 2 ** 31 - 1
// As Cloudflare has it: an alarm that throws is tried again after 2 s, 4 s, 8 s, six times.
const FIRST_PAUSE_MS = 2000
const MOST_RETRIES = 6

/** Runs an object's `alarm`, and answers whether it did not throw. */
type Ring = (info: {
  scheduledTime: number
  retryCount: number
  isRetry: boolean
}) => Promise<boolean>

/** The one alarm of a Durable Object, kept in its database. */
export class Alarm {
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(
    private readonly database: ObjectDatabase,
    private readonly ring: Ring,
  ) {}

  time(): number | null {
    if (!this.database.isOpen) return null
    const [row] = this.database.statements.rows<{ alarm: number | null }>(
      'SELECT alarm FROM _cf_OBJECT',
    )
    return row?.alarm ?? null
  }

  set(time: number | null): void {
    this.database.statements.rows('UPDATE _cf_OBJECT SET alarm = ?', [time])
    this.schedule()
  }

  /** Sets the timer to what the database says. */
  schedule(): void {
    clearTimeout(this.#timer)
    const time = this.#isClosed ? null : this.time()
    if (time === null) return
    this.#later(time - Date.now(), () => this.#ring(time))
  }

  /** Rings now if it is set, and answers whether it was. */
  async ringNow(): Promise<boolean> {
    const time = this.time()
    clearTimeout(this.#timer)
    if (time !== null) await this.#ring(time)
    return time !== null
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #ring(scheduledTime: number, retryCount = 0): Promise<void> {
    if (this.#isClosed) return
    // In its handler an object has no alarm, unless it sets the next one.
    if (retryCount === 0) this.set(null)
    const isRetry = retryCount > 0
    if (await this.ring({ scheduledTime, retryCount, isRetry })) return
    if (retryCount === MOST_RETRIES || this.#isClosed || this.time() !== null) return
    this.#later(FIRST_PAUSE_MS * 2 ** retryCount, () => this.#ring(scheduledTime, retryCount + 1))
  }

  // Timers go by the time that passes, also where a test's clock stands still.
  #later(milliseconds: number, act: () => unknown): void {
    const left = milliseconds - LONGEST_MS
    const next = left > 0 ? () => this.#later(left, act) : act
    this.#timer = setTimeout(next, Math.min(Math.max(0, milliseconds), LONGEST_MS)).unref()
  }
}
