import { clearTimeout, setTimeout } from 'node:timers'

// The time that `close` waits for work that continues after the responses.
const PATIENCE_MS = 1000

/** The work that continues after the responses (`waitUntil`). Errors are logged; `close` waits for it. */
export class Background {
  readonly #promises = new Set<Promise<unknown>>()

  readonly add = (promise: Promise<unknown>): void => {
    const settled = Promise.resolve(promise)
      .catch((error: unknown) => console.error(error))
      .finally(() => this.#promises.delete(settled))
    this.#promises.add(settled)
  }

  async settled(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS)
    })
    await Promise.race([Promise.all(this.#promises), late])
    clearTimeout(timer)
  }
}
