const TOGETHER = 8

/** Does something so many times, eight at once. */
export async function manyTimes(times: number, operation: () => Promise<unknown>): Promise<void> {
  let left = times
  await Promise.all(
    Array.from({ length: TOGETHER }, async () => {
      while (left-- > 0) await operation()
    }),
  )
}
