import type { Reach } from './reach.ts'

// Tests may replace the globals later.
const { fetch, Request } = globalThis

/** Returns the `fetch` of an emulator in another process, whose hosts have to resolve. */
export function reachOver(base: string): Reach {
  return async function reach(to, init) {
    const target = to instanceof Request ? to : new URL(String(to), base)
    return fetch(target, { ...init, redirect: 'manual' })
  }
}
