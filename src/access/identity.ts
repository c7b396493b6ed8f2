import { z } from 'zod'
import { sha256Hex } from '../oauth/encoding'

/** An e-mail address as it is compared: trimmed and in lower case. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email('expected an e-mail address').max(254))

/** A person of the seed, whom the login page offers. */
export const personSchema = z.strictObject({
  name: z.string().min(1),
  email: emailSchema,
  groups: z.array(z.string().min(1)).default([]),
})
export type Person = z.infer<typeof personSchema>

/**
 * The person with this address: the seeded one, or somebody of whom only the address is known (the
 * login page lets a developer type any).
 */
export function personOf(people: readonly Person[], email: string): Person {
  return people.find((person) => person.email === email) ?? { name: '', email, groups: [] }
}

/** The person's `user_uuid`, the `sub` of their assertions: the same for an address at all times. */
export function userIdOf(email: string): Promise<string> {
  return stableUuid(`person:${email}`)
}

/** A UUID that follows from `text` (version 8, RFC 9562 5.8: made from a SHA-256). */
export async function stableUuid(text: string): Promise<string> {
  const hex = await sha256Hex(text)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
