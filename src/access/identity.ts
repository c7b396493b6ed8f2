import * as z from 'zod'
import { sha256Hex } from '../oauth/encoding'
import { isIdentityFromProvider } from './identity-provider'
import { distinct } from './record-kind'

/** An e-mail address, trimmed and in lower case for comparison. */
export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .pipe(z.email('expected an e-mail address').max(254))

/** A person of the setting PEOPLE, whom the login page offers. */
export const personSchema = z.strictObject({
  name: z.string().min(1),
  email: emailSchema,
  groups: z.array(z.string().min(1)).default([]),
  /** The ids of the device posture checks that the person's device passes [K43]. */
  posture: z.array(z.string().min(1)).optional(),
})
export type Person = z.infer<typeof personSchema>

/** The people who can sign in with one click; no two have the same address. */
export const peopleSchema = z
  .array(personSchema, 'expected a list of people')
  .superRefine(distinct('email'))

/**
 * The identity of a person at the time of the sign-in. Sessions and grants store it, because policies
 * are evaluated again later.
 */
export const identitySchema = z.object({
  // It becomes the value of a header.
  email: z.string().regex(/^[\x21-\x7e]*$/, 'expected an e-mail address'),
  name: z.string(),
  groups: z.array(z.string()),
  posture: z.array(z.string()).optional(),
  idp: z.object({ id: z.string(), type: z.string() }),
  /** Further claims of an OIDC provider, for `oidc` rules and the assertion's `custom`. */
  claims: z.record(z.string(), z.unknown()),
})
export type Identity = z.infer<typeof identitySchema>

/**
 * Returns the identity of a person who signed in with an address alone: the entry of PEOPLE, or only the
 * address if it has no entry. The login page accepts any address.
 */
export function seededIdentity(
  people: readonly Person[],
  email: string,
  { id, type }: Identity['idp'],
): Identity {
  const person = people.find((each) => each.email === email)
  return {
    email,
    name: person?.name ?? '',
    groups: person?.groups ?? [],
    ...(person?.posture && { posture: person.posture }),
    idp: { id, type },
    claims: {},
  }
}

/**
 * Returns the identity that policies are evaluated with. PEOPLE may have changed since the sign-in, so
 * its current entry applies. An identity from an external provider stays as it was at the sign-in, but
 * for the device's posture, which no provider knows.
 */
export function currentIdentity(people: readonly Person[], identity: Identity): Identity {
  const { posture } = people.find(({ email }) => email === identity.email) ?? {}
  return isIdentityFromProvider(identity.idp.type)
    ? { ...identity, ...(posture && { posture }) }
    : seededIdentity(people, identity.email, identity.idp)
}

/** Derives a person's `user_uuid`, the `sub` of their assertions, from the address. */
export function userIdOf(email: string): Promise<string> {
  return stableUuid(`person:${email}`)
}

/** Derives a UUID from a text: version 8 (RFC 9562 5.8), made from its SHA-256. */
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
