import type { Emulator } from '../emulator.ts'
import { reachOver } from '../network.ts'

const MOST_REDIRECTS = 10
const RETRY_INTERVAL_MS = 200
const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}

/**
 * The browser of a situation. It opens each authorization URL of the emulator once, as a person who is
 * signed in automatically, and calls the client's callback. It opens no other address.
 */
export class Browser {
  readonly #emulator: Emulator
  readonly #opened = new Set<string>()
  readonly #closing = new AbortController()

  constructor(emulator: Emulator) {
    this.#emulator = emulator
  }

  /** Opens a URL in the background. A URL that is not the emulator's is ignored. */
  open(url: string): void {
    if (!this.#isAuthorization(url)) return
    // A client may print the URL and open it, with other escapes.
    const { searchParams } = new URL(url)
    searchParams.sort()
    if (this.#opened.has(searchParams.toString())) return
    this.#opened.add(searchParams.toString())
    void this.#visit(url).catch(() => undefined)
  }

  /** Stops calling callbacks that do not respond. */
  close(): void {
    this.#closing.abort()
  }

  async #visit(start: string): Promise<void> {
    let url = start
    for (let hops = 0; hops < MOST_REDIRECTS; hops++) {
      if (!this.#isEmulator(url)) return this.#call(url)
      const response = await this.#emulator.fetch(url, { headers: NAVIGATION })
      await response.body?.cancel()
      const location = response.headers.get('location')
      if (!location) return
      url = new URL(location, url).href
    }
  }

  // The client may print or open the URL before it listens at its callback.
  async #call(callback: string): Promise<void> {
    if (!/^https?:$/.test(new URL(callback).protocol)) return
    const { signal } = this.#closing
    while (!signal.aborted) {
      try {
        const response = await reachOver(callback)(callback, { headers: NAVIGATION, signal })
        await response.body?.cancel()
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY_INTERVAL_MS))
      }
    }
  }

  #isAuthorization(url: string): boolean {
    return this.#isEmulator(url) && /\/oauth\/authorization$/.test(new URL(url).pathname)
  }

  #isEmulator(url: string): boolean {
    const host = URL.parse(url)?.host
    const { url: application, teamUrl } = this.#emulator
    return [application, teamUrl].some((each) => new URL(each).host === host)
  }
}
