import type { AppContext } from './context'

/** Reads something of a request once: every later call has the same value, or the same error. */
export function oncePerRequest<T>(read: (c: AppContext) => T): (c: AppContext) => T {
  const known = new WeakMap<AppContext, { value: T }>()
  return function readOnce(c) {
    const found = known.get(c) ?? { value: read(c) }
    known.set(c, found)
    return found.value
  }
}
