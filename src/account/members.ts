import * as z from 'zod'
import { emailSchema, stableUuid } from '../access/identity'
import { EMULATED_ACCOUNT_ID } from '../access/identity-document'

const memberSchema = z.union(
  [
    emailSchema.transform((email) => ({ email, roles: undefined })),
    z.strictObject({ email: emailSchema, roles: z.array(z.string().min(1)).min(1).optional() }),
  ],
  'expected an e-mail address, or {email, roles}',
)

/** An account, and who is a member of it: everybody, where `members` is left out. */
export const accountSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 lower-case hexadecimal characters'),
  name: z.string().min(1),
  members: z.array(memberSchema).optional(),
})
export type Account = z.infer<typeof accountSchema>

/** The account that there is while the settings name none. */
export const EMULATED_ACCOUNT: Account = { id: EMULATED_ACCOUNT_ID, name: 'Emulated account' }

const DEFAULT_ROLES = ['Administrator']

/** The accounts that a person is a member of. */
export function accountsOf(accounts: readonly Account[], email: string): Account[] {
  return accounts.filter((account) => isMember(account, email))
}

export function isMember({ members }: Account, email: string): boolean {
  return members === undefined || members.some((member) => member.email === email)
}

/** What a member may: all, where nothing is said of it. */
export function rolesOf({ members = [] }: Account, email: string): string[] {
  return members.find((member) => member.email === email)?.roles ?? DEFAULT_ROLES
}

/**
 * The account of an id, or undefined. While the settings name none, the emulated one stands in for
 * whatever account a script knows.
 */
export function findAccount(accounts: readonly Account[], id: string): Account | undefined {
  const [only, ...others] = accounts
  if (only?.id === EMULATED_ACCOUNT_ID && others.length === 0) return only
  return accounts.find((account) => account.id === id)
}

/** A person's id at the dashboard and its API: 32 hexadecimal characters, always the same. */
export async function dashboardUserId(email: string): Promise<string> {
  return (await stableUuid(`user:${email}`)).replaceAll('-', '')
}

/** The id of a membership: 32 hexadecimal characters, always the same. */
export async function membershipId({ id }: Account, email: string): Promise<string> {
  return (await stableUuid(`membership:${id}:${email}`)).replaceAll('-', '')
}
