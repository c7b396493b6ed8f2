/**
 * Returns a structured clone. Plain objects and arrays, which are nearly all that objects are sent, are copied
 * here, because the platform's `structuredClone` takes twice as long for them.
 */
export function copyOf<T>(value: T): T {
  const copy = plainCopy(value, new Map())
  return copy === NOT_PLAIN ? structuredClone(value) : (copy as T)
}

const NOT_PLAIN = Symbol('not plain')

/** @param copies the copy of each object so far: the same object twice is one object in a clone too */
function plainCopy(value: unknown, copies: Map<object, object>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return NOT_PLAIN
  if (typeof value !== 'object' || value === null) return value
  const known = copies.get(value)
  if (known) return known
  if (Array.isArray(value)) return listCopy(value, copies)
  const prototype = Object.getPrototypeOf(value)
  // A row of SQLite has no prototype, and its clone has the ordinary one.
  if (prototype !== Object.prototype && prototype !== null) return NOT_PLAIN
  const copy: Record<string, unknown> = {}
  copies.set(value, copy)
  for (const [name, each] of Object.entries(value)) {
    const member = plainCopy(each, copies)
    // Setting `__proto__` would make it the prototype.
    if (member === NOT_PLAIN || name === '__proto__') return NOT_PLAIN
    copy[name] = member
  }
  return copy
}

function listCopy(list: readonly unknown[], copies: Map<object, object>): unknown {
  // It has holes, or members beside its elements.
  if (Object.keys(list).length !== list.length) return NOT_PLAIN
  const copy: unknown[] = []
  copies.set(list, copy)
  for (const each of list) {
    const member = plainCopy(each, copies)
    if (member === NOT_PLAIN) return NOT_PLAIN
    copy.push(member)
  }
  return copy
}
