import { type Application, withPolicies } from '../access/application'
import type { Organization } from '../access/organization'
import type { EmailList } from '../access/rule-kinds'
import type { References } from '../access/rules'
import { withPopulation } from '../access/user-population'
import { type Account, findAccount, isMember } from '../account/members'
import { type Collections, collectionsOf, type Kind, type RecordOf, recordKind } from './kinds'

/** An edit: one record as it is since then, or null if it was deleted. */
export type Edit = { [K in Kind]: { kind: K; id: string; value: RecordOf<K> | null } }[Kind]

/** The configuration of the settings. Edits are stored apart from it. */
export type Seed = Collections & { emailLists: EmailList[]; accounts: Account[] }

/** The current configuration: the seed with all edits. */
export type Configuration = Omit<Collections, 'applications' | 'organizations'> & {
  applications: Application[]
  organization: Organization
  /** The records as they are stored, for the API that edits them. */
  collections: Collections
  /** The records that rules refer to by id. */
  references: References
}

/** Returns the configuration of the seed with edits. */
export function edited(seed: Seed, edits: readonly Edit[]): Configuration {
  const collections = withEdits(seed, edits)
  const reusable = new Map(collections.policies.map((policy) => [policy.id, policy]))
  const [organization] = collections.organizations
  if (!organization) throw new Error('no organization')
  return {
    ...collections,
    applications: collections.applications.map((each) =>
      withPopulation(withPolicies(each, reusable), collections.populationUsers),
    ),
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

/** Returns records with edits: edited ones in their places, new ones after them. */
export function withEdits(records: Collections, edits: readonly Edit[]): Collections {
  return collectionsOf((kind) => overlaid(kind, records, edits))
}

/** Returns whether the seed has a record of this id, so that its deletion has to be stored. */
export function isSeeded(seed: Seed, { kind, id }: Edit): boolean {
  return seed[kind].some((record) => recordKind(kind).idOf(record) === id)
}

function overlaid(kind: Kind, records: Collections, edits: readonly Edit[]): object[] {
  const { idOf } = recordKind(kind)
  const byId = new Map<string, object | null>()
  for (const record of records[kind]) byId.set(idOf(record), record)
  for (const edit of edits) {
    if (edit.kind === kind) byId.set(edit.id, edit.value)
  }
  return [...byId.values()].filter((record) => record !== null)
}
