export const MINUTE_SECONDS = 60

/** Calls of tools within a minute. */
export type CountedCalls = { minute: number; calls: number }

/** Returns the minute of a time, since 1970. */
export function minuteOf(seconds: number): number {
  return Math.floor(seconds / MINUTE_SECONDS)
}
