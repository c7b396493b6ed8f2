import { clearTimeout, setTimeout } from 'node:timers'
import type { ObjectDatabase } from './object-database.ts'

// The longest timer that Node has.
const LONGEST_MS = 2 ** 31 - 1
// As Durable Objects do: an alarm that throws is retried after 2 s, 4 s, 8 s, ..., at most six times.
const FIRST_PAUSE_MS = 2000
const MOST_RETRIES = 6

/** Runs an object's `alarm`, and returns whether it succeeded. */
type Ring = (info: {
  scheduledTime: number
  retryCount: number
  isRetry: boolean
}) => Promise<boolean>

/** The one alarm of a Durable Object, kept in its database. */
export class Alarm {
  #timer: NodeJS.Timeout | undefined
  // The time in the database, if it is known: every event of the emulator asks for it.
  #known: number | null = null
  #isClosed = false

  constructor(
    private readonly database: ObjectDatabase,
    private readonly ring: Ring,
  ) {}

  time(): number | null {
    if (!this.database.isOpen) return null
    this.#known ??= this.#read()
    return this.#known
  }

  /** Discards the remembered time, because the database may have lost a write. */
  forget(): void {
    this.#known = null
  }

  set(time: number | null): void {
    this.database.statements.rows('UPDATE _cf_OBJECT SET alarm = ?', [time])
    this.schedule()
  }

  /** Sets the timer to the time in the database. */
  schedule(): void {
    this.forget()
    clearTimeout(this.#timer)
    const time = this.#isClosed ? null : this.time()
    if (time === null) return
    this.#later(time - Date.now(), () => this.#ring(time))
  }

  /** Rings at once if the alarm is set, and returns whether it was. */
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

  #read(): number | null {
    const [row] = this.database.statements.rows<{ alarm: number | null }>(
      'SELECT alarm FROM _cf_OBJECT',
    )
    return row?.alarm ?? null
  }

  async #ring(scheduledTime: number, retryCount = 0): Promise<void> {
    if (this.#isClosed) return
    // While its handler runs, an object has no alarm, unless the handler sets the next one.
    if (retryCount === 0) this.set(null)
    const isRetry = retryCount > 0
    if (await this.ring({ scheduledTime, retryCount, isRetry })) return
    if (retryCount === MOST_RETRIES || this.#isClosed || this.time() !== null) return
    this.#later(FIRST_PAUSE_MS * 2 ** retryCount, () => this.#ring(scheduledTime, retryCount + 1))
  }

  // These timers follow the real time, even if a test has stopped its own clock.
  #later(milliseconds: number, act: () => unknown): void {
    const left = milliseconds - LONGEST_MS
    const next = left > 0 ? () => this.#later(left, act) : act
    this.#timer = setTimeout(next, Math.min(Math.max(0, milliseconds), LONGEST_MS)).unref()
  }
}
