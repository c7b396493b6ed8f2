import * as z from 'zod'

/** The times at which a record was created and last changed (RFC 3339). Records of the settings have neither. */
export type Timestamps = { created_at?: string; updated_at?: string }

/** The schema members for the timestamps of a stored record. */
export const timestampMembers = {
  created_at: z.iso.datetime().optional(),
  updated_at: z.iso.datetime().optional(),
}

// The timestamps that are shown for records of the settings.
const SEEDED_AT = '2026-01-01T00:00:00Z'

/** Returns the timestamps of a record, with defaults for records of the settings. */
export function timestampsOf({ created_at = SEEDED_AT, updated_at = created_at }: Timestamps) {
  return { created_at, updated_at }
}

/** Returns a record that was changed now, with the creation time of the record it replaces, if any. */
export function stamped<R extends object>(record: R, now: number, before?: Timestamps) {
  const updated_at = formatTime(now)
  return { ...record, created_at: before?.created_at ?? updated_at, updated_at }
}

/** Formats seconds since 1970 as RFC 3339. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

// RFC 3339 5.6: years have four digits.
export const EARLIEST_SECONDS = Date.parse('0000-01-01T00:00:00Z') / 1000
export const LATEST_SECONDS = Date.parse('9999-12-31T23:59:59Z') / 1000

// The range of a Date.
const FURTHEST_SECONDS = 8.64e12

/** Whole seconds since 1970 that `formatTime` can format. */
export const secondsSchema = z.int().min(-FURTHEST_SECONDS).max(FURTHEST_SECONDS)
