const ARRAY_METHODS = [
  ...(['every', 'filter', 'find', 'findIndex', 'flatMap', 'forEach'] as const),
  ...(['includes', 'indexOf', 'map', 'reduce', 'some'] as const),
]

/**
 * Counts what code does with lists and texts while it runs: the elements that the methods of arrays pass
 * on or compare, the members that `Object` lists, and the characters that JSON reads and writes. The count
 * is the same on every machine, unlike a time.
 */
export async function workOf(act: () => Promise<unknown>): Promise<number> {
  let work = 0
  const restore: (() => void)[] = []
  const replace = <T extends object>(holder: T, name: keyof T & string, count: Count) => {
    const original = holder[name] as (...args: unknown[]) => unknown
    // Writable and not enumerable, as the built-in methods are.
    const set = (value: unknown) =>
      Object.defineProperty(holder, name, { value, writable: true, configurable: true })
    restore.push(() => set(original))
    set(function counted(this: unknown, ...args: unknown[]) {
      const result = original.apply(this, args)
      work += count(this, args, result)
      return result
    })
  }
  for (const name of ARRAY_METHODS) replace(Array.prototype, name, countLength)
  replace(Array.prototype, 'push', (_, args) => args.length)
  for (const name of ['keys', 'values', 'entries'] as const) {
    replace(Object, name, (_, __, result) => (result as unknown[]).length)
  }
  replace(JSON, 'parse', (_, [text]) => String(text).length)
  replace(JSON, 'stringify', (_, __, result) => String(result).length)
  try {
    await act()
  } finally {
    for (const each of restore) each()
  }
  return work
}

type Count = (self: unknown, args: unknown[], result: unknown) => number

// The whole list, because the worst case counts.
const countLength: Count = (self) => (self as unknown[]).length
