import { z } from 'zod'

const SECONDS_PER: Record<string, number> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
}
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g
const WHOLE = new RegExp(`^(?:${PART.source})+$`)

/**
 * A Go duration (`15m`, `2h45m`, `300ms`) in seconds, or undefined where the text is none.
 * There is no unit for days, and no sign.
 *
 * Access: documented (API reference, `format 300ms or 2h45m`).
 */
export function durationSeconds(text: string): number | undefined {
  if (text === '0') return 0
  if (!WHOLE.test(text)) return undefined
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(PART)) {
    seconds += Number(amount) * (SECONDS_PER[unit ?? ''] ?? Number.NaN)
  }
  return seconds
}

/** Seconds as the shortest Go duration of hours, minutes and seconds: 960 is `16m`. */
export function formatDuration(seconds: number): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = seconds % 60
  const text = `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${rest ? `${rest}s` : ''}`
  return text || '0s'
}

const EXPECTED = 'expected a duration such as "15m", "24h" or "1h30m" (units ns, us, ms, s, m, h)'

/** A duration of at least one second: tokens count whole seconds. */
export const lifetimeSchema = z
  .string(EXPECTED)
  .refine((text) => (durationSeconds(text) ?? 0) >= 1, `${EXPECTED} of at least 1s`)

/** A duration that may be zero. */
export const periodSchema = z
  .string(EXPECTED)
  .refine((text) => durationSeconds(text) !== undefined, EXPECTED)

/** The whole seconds of a duration that a schema above has already let through. */
export function wholeSeconds(text: string): number {
  return Math.floor(durationSeconds(text) ?? 0)
}
