import * as z from 'zod'

const NANOSECONDS_PER: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const PART = /(\d*)(?:\.(\d*))?(ns|us|µs|ms|s|m|h)/g
const WHOLE = /^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/

// The range of Go's durations, about 292 years in nanoseconds.
const LONGEST = 2n ** 63n - 1n

/**
 * Parses a Go duration (`15m`, `2h45m`, `300ms`) into nanoseconds, or returns undefined if the text is
 * not one. Days and signs are not supported.
 *
 * Access: documented [K10].
 */
function durationNanoseconds(text: string): bigint | undefined {
  if (text === '0') return 0n
  if (text.length > 200 || !WHOLE.test(text)) return undefined
  let sum = 0n
  for (const [, whole, fraction = '', unit = ''] of text.matchAll(PART)) {
    const nanoseconds = NANOSECONDS_PER[unit] ?? 0n
    const part = (BigInt(fraction || 0) * nanoseconds) / 10n ** BigInt(fraction.length)
    sum += BigInt(whole || 0) * nanoseconds + part
  }
  return sum > LONGEST ? undefined : sum
}

/** Parses a Go duration into seconds, or returns undefined if the text is not one. */
export function durationSeconds(text: string): number | undefined {
  const nanoseconds = durationNanoseconds(text)
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e9
}

/** Formats seconds as the shortest Go duration of hours, minutes and seconds: 960 is `16m`. */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = seconds % 60
  const text = `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${rest ? `${rest}s` : ''}`
  return text || '0s'
}

const EXPECTED = 'expected a duration such as "15m", "24h" or "1h30m" (units ns, us, ms, s, m, h)'

/** A duration of at least one second, because lifetimes of tokens are whole seconds. */
export const lifetimeSchema = z
  .string(EXPECTED)
  .refine((text) => (durationSeconds(text) ?? 0) >= 1, `${EXPECTED} of at least 1s`)

/** A duration that may be zero. */
export const periodSchema = z
  .string(EXPECTED)
  .refine((text) => durationSeconds(text) !== undefined, EXPECTED)

/** Returns the milliseconds of a duration that a schema above has accepted. */
export function durationMilliseconds(text: string): number {
  return Number((durationNanoseconds(text) ?? 0n) / 1_000_000n)
}

/** Returns the whole seconds of a duration that a schema above has accepted. */
export function wholeSeconds(text: string): number {
  return Number((durationNanoseconds(text) ?? 0n) / 1_000_000_000n)
}
