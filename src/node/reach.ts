import type { Engine } from './engine.ts'

/**
 * `fetch` that sends every URL to the emulator, whatever its host: a team domain and an application
 * may have names that nothing resolves. Redirects are left to the caller.
 */
export type Reach = (to: string | URL | Request, init?: RequestInit) => Promise<Response>

// A test may replace it later.
const { Request } = globalThis

/** @param base `http://localhost:8788`, which paths are of */
export function reachAt(base: string, engine: Engine): Reach {
  return async function reach(to, init) {
    const target = to instanceof Request ? to : new URL(String(to), base)
    return engine.fetch(new Request(target, init))
  }
}
