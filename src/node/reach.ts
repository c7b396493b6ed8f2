import type { Engine } from './engine.ts'

/**
 * A `fetch` that sends every request to the emulator, whatever the host: the names of a team domain
 * and of an application need not resolve. Redirects are not followed.
 */
export type Reach = (to: string | URL | Request, init?: RequestInit) => Promise<Response>

// Tests may replace the global later.
const { Request } = globalThis

/**
 * Returns the `fetch` of an emulator.
 *
 * @param base the URL that paths are resolved against: `http://localhost:8788`
 */
export function reachAt(base: string, engine: Engine): Reach {
  return async function reach(to, init) {
    const isRequest = to instanceof Request
    const request = new Request(isRequest ? to : new URL(String(to), base), init)
    return engine.fetch(request, { canAbort: isRequest || init?.signal != null })
  }
}
