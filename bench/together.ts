const AT_ONCE = 8

/** Runs an operation this many times, eight at once. */
export async function manyTimes(times: number, operation: () => Promise<unknown>): Promise<void> {
  let left = times
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await operation()
    }),
  )
}
