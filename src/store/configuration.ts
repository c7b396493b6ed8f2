import { type Application, type StoredApplication, withPolicies } from '../access/application'
import type { IdentityProvider } from '../access/identity-provider'
import type { Organization } from '../access/organization'
import type { ReusablePolicy } from '../access/policy'
import type { EmailList } from '../access/rule-kinds'
import type { Group, References } from '../access/rules'
import type { ServiceToken } from '../access/service-token'
import type { Timestamps } from '../access/timestamps'
import { type Account, findAccount, isMember } from '../account/members'
import type { OAuthClient } from '../account/oauth-client'

/** A name that applications can be marked with. */
export type Tag = Timestamps & { name: string }

/** Everything that the API can change, by kind. */
export type Collections = {
  applications: StoredApplication[]
  policies: ReusablePolicy[]
  groups: (Group & Timestamps)[]
  serviceTokens: ServiceToken[]
  identityProviders: (IdentityProvider & Timestamps)[]
  tags: Tag[]
  oauthClients: OAuthClient[]
  /** One. */
  organizations: Organization[]
}
export type Kind = keyof Collections
export const KINDS = [
  'applications',
  'policies',
  'groups',
  'serviceTokens',
  'identityProviders',
  'tags',
  'oauthClients',
  'organizations',
] as const satisfies Kind[]
export type RecordOf<K extends Kind> = Collections[K][number]

/** One record as it is since an edit, or null where it was deleted. */
export type Edit = { [K in Kind]: { kind: K; id: string; value: RecordOf<K> | null } }[Kind]

/** What the settings say; edits are kept apart from it. */
export type Seed = Collections & { emailLists: EmailList[]; accounts: Account[] }

/** The configuration that requests are judged by. */
export type Configuration = Omit<Collections, 'applications' | 'organizations'> & {
  applications: Application[]
  organization: Organization
  /** As they are kept, for who edits them. */
  collections: Collections
  /** What rules refer to by id. */
  references: References
}

/** The seed as edits have left it: the edited in their places, the new ones after them. */
export function edited(seed: Seed, edits: readonly Edit[]): Configuration {
  const collections: Collections = {
    applications: overlaid('applications', seed, edits),
    policies: overlaid('policies', seed, edits),
    groups: overlaid('groups', seed, edits),
    serviceTokens: overlaid('serviceTokens', seed, edits),
    identityProviders: overlaid('identityProviders', seed, edits),
    tags: overlaid('tags', seed, edits),
    oauthClients: overlaid('oauthClients', seed, edits),
    organizations: overlaid('organizations', seed, edits),
  }
  const reusable = new Map(collections.policies.map((policy) => [policy.id, policy]))
  const [organization] = collections.organizations
  if (!organization) throw new Error('no organization')
  return {
    ...collections,
    applications: collections.applications.map((each) => withPolicies(each, reusable)),
    organization,
    collections,
    references: {
      groups: collections.groups,
      emailLists: seed.emailLists,
      isAccountMember(accountId, email) {
        const account = findAccount(seed.accounts, accountId)
        return account !== undefined && isMember(account, email)
      },
    },
  }
}

/** Whether the seed has a record of this id, so that its deletion has to be kept. */
export function isSeeded(seed: Seed, { kind, id }: Edit): boolean {
  return seed[kind].some((record) => idOf(kind, record) === id)
}

/** What a record is kept under. */
export function idOf<K extends Kind>(kind: K, record: RecordOf<K>): string {
  if (kind === 'organizations') return 'organization'
  if ('client_secret_version' in record || 'id' in record) return record.id
  return 'client_id' in record ? record.client_id : record.name
}

function overlaid<K extends Kind>(kind: K, seed: Seed, edits: readonly Edit[]): Collections[K] {
  const records = new Map<string, RecordOf<K> | null>()
  for (const record of seed[kind])
    records.set(idOf(kind, record as RecordOf<K>), record as RecordOf<K>)
  for (const edit of edits) {
    if (edit.kind === kind) records.set(edit.id, edit.value as RecordOf<K> | null)
  }
  return [...records.values()].filter((record) => record !== null) as Collections[K]
}
