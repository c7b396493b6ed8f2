import { clearInterval, setInterval } from 'node:timers'

const NEVER_MS = 2 ** 31 - 1

/** Keeps the process alive while a caller waits for a response, without an open connection. */
export class Hold {
  readonly #timer = setInterval(() => {}, NEVER_MS).unref()
  #waiting = 0

  async during<T>(promise: Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#timer.ref()
    try {
      return await promise
    } finally {
      if (--this.#waiting === 0) this.#timer.unref()
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
