import * as z from 'zod'

/** When a record was made and last changed (RFC 3339). What the seed has was always there. */
export type Timestamps = { created_at?: string; updated_at?: string }

/** The members of a stored record that say so. */
export const timestampMembers = {
  created_at: z.iso.datetime().optional(),
  updated_at: z.iso.datetime().optional(),
}

/** What records of the seed say. */
const SEEDED_AT = '2026-01-01T00:00:00Z'

/** The record's timestamps, those of the seed filled in. */
export function timestampsOf({ created_at = SEEDED_AT, updated_at = created_at }: Timestamps) {
  return { created_at, updated_at }
}

/** Returns the record as changed now, and as created with the record it replaces, or now. */
export function stamped<R extends object>(record: R, now: number, before?: Timestamps) {
  const updated_at = formatTime(now)
  return { ...record, created_at: before?.created_at ?? updated_at, updated_at }
}

/** Seconds since 1970 as RFC 3339. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

// RFC 3339 5.6: years have four digits.
export const EARLIEST_SECONDS = Date.parse('0000-01-01T00:00:00Z') / 1000
export const LATEST_SECONDS = Date.parse('9999-12-31T23:59:59Z') / 1000

// What a Date can tell.
const FURTHEST_SECONDS = 8.64e12

/** Whole seconds since 1970 that `formatTime` can tell. */
export const secondsSchema = z.int().min(-FURTHEST_SECONDS).max(FURTHEST_SECONDS)
