/**
 * `account/` is the model of a Cloudflare account, as pure functions and schemas: accounts and their
 * members, API tokens, the catalogue of permission scopes, and in `oauth/` the self-managed OAuth clients
 * with the tokens, errors and redirect rules of the dashboard's OAuth server. It imports `access/` and
 * `oauth/`. The records of Access are in `access/`, the endpoints in `api/` and `dash/`.
 */
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

/** An account. If `members` is omitted, every person is a member. */
export const accountSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 lower-case hexadecimal characters'),
  name: z.string().min(1),
  members: z.array(memberSchema).optional(),
})
export type Account = z.infer<typeof accountSchema>

/** The account if the settings list none. */
export const EMULATED_ACCOUNT: Account = { id: EMULATED_ACCOUNT_ID, name: 'Emulated account' }

const DEFAULT_ROLES = ['Administrator']

/** Returns the accounts that a person is a member of. */
export function accountsOf(accounts: readonly Account[], email: string): Account[] {
  return accounts.filter((account) => isMember(account, email))
}

export function isMember({ members }: Account, email: string): boolean {
  return members === undefined || members.some((member) => member.email === email)
}

/** Returns the roles of a member: those of the settings, or Administrator. */
export function rolesOf({ members = [] }: Account, email: string): string[] {
  return members.find((member) => member.email === email)?.roles ?? DEFAULT_ROLES
}

/** The roles that may create and edit OAuth clients. API: documented [C20]. */
export const OAUTH_CLIENT_ROLES = [
  'Super Administrator',
  'Super Administrator - All Privileges',
  'Administrator',
  'OAuth Client Write',
]

/** Returns whether a person has one of these roles in an account. Without `members`, every person has. */
export function hasRole(account: Account, email: string, roles: readonly string[]): boolean {
  if (account.members === undefined) return true
  return isMember(account, email) && rolesOf(account, email).some((role) => roles.includes(role))
}

/**
 * Finds an account by its id. If the settings list no accounts, the default account is returned for
 * every id, so that scripts with a real account id work.
 */
export function findAccount(accounts: readonly Account[], id: string): Account | undefined {
  const [only, ...others] = accounts
  if (only?.id === EMULATED_ACCOUNT_ID && others.length === 0) return only
  return accounts.find((account) => account.id === id)
}

/** Derives a person's id at the dashboard and the API: 32 hexadecimal characters. */
export async function dashboardUserId(email: string): Promise<string> {
  return (await stableUuid(`user:${email}`)).replaceAll('-', '')
}

/** Derives the id of a membership: 32 hexadecimal characters. */
export async function membershipId({ id }: Account, email: string): Promise<string> {
  return (await stableUuid(`membership:${id}:${email}`)).replaceAll('-', '')
}
