import type { z } from 'zod'

// Read-only members. Clients send them back with a record that they have read.
const READ_ONLY = new Set([
  'id',
  'aud',
  'uid',
  'created_at',
  'updated_at',
  'reusable',
  'app_count',
  'read_only',
  'is_default',
  'client_id',
  'expires_at',
  'last_seen_at',
  'access_seat',
  'gateway_seat',
  'seat_uid',
  'active_device_count',
  'last_successful_login',
])

/**
 * Deletes every member that a strict schema does not know, all of one round at once: the input is parsed
 * once more for each level of nesting, not for each member.
 *
 * @param issues of parsing the input
 * @param names receives the path of each deleted member that is not read-only
 * @returns whether there was an unknown member
 */
export function deleteUnknownMembers(
  input: unknown,
  issues: readonly z.core.$ZodIssue[],
  names: string[],
): boolean {
  const unknown = issues.filter((issue) => issue.code === 'unrecognized_keys')
  for (const { path, keys } of unknown) {
    let holder = input
    for (const part of path) holder = (holder as Record<PropertyKey, unknown>)[part]
    for (const key of keys) {
      delete (holder as Record<string, unknown>)[key]
      if (!READ_ONLY.has(key)) names.push([...path, key].join('.'))
    }
  }
  return unknown.length > 0
}

/** Returns a record as it can be sent: without the members that only the API sets. */
export function withoutReadOnly(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !READ_ONLY.has(name)))
}

/** Returns whether a JSON value is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
