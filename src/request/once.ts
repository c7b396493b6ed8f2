import type { AppContext } from './context'

/** Returns a function that reads once for each request. Later calls return the same value or promise. */
export function oncePerRequest<T>(read: (c: AppContext) => T): (c: AppContext) => T {
  const known = new WeakMap<AppContext, { value: T }>()
  return function readOnce(c) {
    const found = known.get(c)
    if (found) return found.value
    const value = read(c)
    known.set(c, { value })
    return value
  }
}
