import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

export type Operation = () => Promise<unknown>
export type Round = { p50: number; p99: number }

/**
 * Measures operations one at a time and in turn, so that other load on the machine affects all of them
 * equally.
 *
 * @returns the rounds of each operation, in milliseconds
 */
export async function oneCaller(
  operations: Record<string, Operation>,
  { rounds, times }: { rounds: number; times: number },
): Promise<Record<string, Round[]>> {
  const results: Record<string, Round[]> = {}
  const names = Object.keys(operations)
  for (let round = 0; round < rounds; round++) {
    const histograms: Record<string, RecordableHistogram> = {}
    for (const name of names) histograms[name] = createHistogram()
    for (let time = 0; time < times; time++) {
      // Each time, another operation is the first.
      for (let step = 0; step < names.length; step++) {
        const name = names[(time + step) % names.length] ?? ''
        const before = process.hrtime.bigint()
        await operations[name]?.()
        histograms[name]?.record(process.hrtime.bigint() - before)
      }
    }
    for (const name of names) {
      const histogram = histograms[name]
      if (!histogram) continue
      results[name] ??= []
      results[name].push({
        p50: histogram.percentile(50) / 1e6,
        p99: histogram.percentile(99) / 1e6,
      })
    }
  }
  return results
}

/**
 * Measures operations with several callers at once, one operation after the other in each round.
 *
 * @param operations each creates the operation of one caller
 * @returns the rounds of each operation, in operations per second
 */
export async function manyCallers(
  operations: Record<string, () => Operation>,
  { rounds, callers, seconds }: { rounds: number; callers: number; seconds: number },
): Promise<Record<string, number[]>> {
  const results: Record<string, number[]> = {}
  const names = Object.keys(operations)
  const lines = names.map((name) => Array.from({ length: callers }, operations[name] ?? Object))
  for (let round = 0; round < rounds; round++) {
    for (let step = 0; step < names.length; step++) {
      const index = (round + step) % names.length
      const name = names[index] ?? ''
      const started = performance.now()
      const ends = started + seconds * 1000
      let done = 0
      await Promise.all(
        (lines[index] ?? []).map(async (operation) => {
          while (performance.now() < ends) {
            await operation()
            done++
          }
        }),
      )
      results[name] ??= []
      results[name].push(done / ((performance.now() - started) / 1000))
    }
  }
  return results
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

/** Returns the median of the ratios of each round. */
export function ratio(values: number[], to: number[]): number {
  return median(values.map((value, round) => value / (to[round] ?? Number.NaN)))
}
