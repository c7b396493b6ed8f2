import * as z from 'zod'
import { sha256Hex } from '../oauth/encoding'
import { tellsIdentity } from './identity-provider'

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
 * Who signed in, as the identity provider told it at the time. Kept with sessions and grants, for
 * the policies that are asked again later.
 */
export const identitySchema = z.object({
  email: z.string(),
  name: z.string(),
  groups: z.array(z.string()),
  idp: z.object({ id: z.string(), type: z.string() }),
  /** The provider's further claims (OIDC): for `oidc` rules, and as `custom` in the assertion. */
  claims: z.record(z.string(), z.unknown()),
})
export type Identity = z.infer<typeof identitySchema>

/**
 * The identity of a person who signed in with an address alone: as the seed has it now, or of
 * whom nothing but the address is known (the login page lets a developer type any).
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
    idp: { id, type },
    claims: {},
  }
}

/**
 * An identity as it counts now: what the seed says of its people may have changed since they signed
 * in; what an identity provider of another site said, was said at that time.
 */
export function currentIdentity(people: readonly Person[], identity: Identity): Identity {
  return tellsIdentity(identity.idp.type)
    ? identity
    : seededIdentity(people, identity.email, identity.idp)
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
