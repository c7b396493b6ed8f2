import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeApplication } from '../../src/access/application'
import { applicationSchema } from '../../src/access/application-schema'
import { organizationSchema } from '../../src/access/organization'
import { reusablePolicySchema } from '../../src/access/policy'
import { emailListSchema } from '../../src/access/rule-kinds'
import { groupSchema } from '../../src/access/rules'
import { accountSchema } from '../../src/account/members'
import { type Edit, edited, type Seed } from '../../src/store/configuration'
import { type Kind, recordKind } from '../../src/store/kinds'

const EVERYONE = { everyone: {} }
const group = (id: string, name = id) => groupSchema.parse({ id, name, include: [EVERYONE] })
const policy = (id: string, decision = 'allow') => ({
  ...reusablePolicySchema.parse({ name: id, decision, include: [EVERYONE] }),
  id,
})
const application = (id: string, members: object = {}) =>
  completeApplication(
    { ...applicationSchema.parse({ name: id, domain: `${id}.example`, ...members }), id },
    (what) => `${id}:${what}`,
  )
const organization = await organizationSchema.parseAsync({})

const seed: Seed = {
  applications: [await application('one'), await application('two', { policies: ['staff'] })],
  policies: [policy('staff')],
  groups: [group('a'), group('b'), group('c')],
  serviceTokens: [],
  identityProviders: [],
  tags: [{ name: 'blue' }],
  oauthClients: [],
  dnsRecords: [],
  userPopulations: [],
  populationUsers: [],
  organizations: [organization],
  mcpServers: [],
  mcpPortals: [],
  emailLists: [emailListSchema.parse({ id: 'list', name: 'List', items: [] })],
  accounts: [
    accountSchema.parse({ id: 'a'.repeat(32), name: 'Ours', members: ['ada@example.com'] }),
  ],
}

const save = (kind: Kind, value: Seed[Kind][number]) =>
  ({ kind, id: recordKind(kind).idOf(value), value }) as Edit
const deletion = (kind: Kind, id: string) => ({ kind, id, value: null }) as Edit
const groupsAfter = (...edits: Edit[]) =>
  edited(seed, edits).groups.map(({ id, name }) => id + name)

describe('Without edits', () => {
  it('the configuration is the seed', () => {
    const { collections, organization: only, references, groups } = edited(seed, [])
    const { emailLists, accounts: _, ...rest } = seed
    expect(collections).toEqual(rest)
    expect(only).toEqual(organization)
    expect(references).toMatchObject({ groups, emailLists })
  })

  it('the applications have their reusable policies in place of their ids', () => {
    const [, two] = edited(seed, []).applications
    expect(two?.policies).toMatchObject([{ id: 'staff', name: 'staff', precedence: 1 }])
  })
})

describe('The members of an account', () => {
  it.each([
    ['a'.repeat(32), 'ada@example.com', true],
    ['a'.repeat(32), 'grace@example.com', false],
    ['b'.repeat(32), 'ada@example.com', false],
  ])('are those of the settings: of %s %s is %s', (id, email, isOne) => {
    expect(edited(seed, []).references.isAccountMember(id, email)).toBe(isOne)
  })
})

describe('An edit', () => {
  it.each<[what: string, edits: Edit[], expected: string[]]>([
    ['changes a record in its place', [save('groups', group('b', '!'))], ['aa', 'b!', 'cc']],
    ['deletes one', [deletion('groups', 'b')], ['aa', 'cc']],
    ['adds one at the end', [save('groups', group('d'))], ['aa', 'bb', 'cc', 'dd']],
    [
      'adds several in the order in which they came',
      [save('groups', group('z')), save('groups', group('d'))],
      ['aa', 'bb', 'cc', 'zz', 'dd'],
    ],
    [
      'the last one counts',
      [save('groups', group('b', '1')), save('groups', group('b', '2'))],
      ['aa', 'b2', 'cc'],
    ],
    [
      'restores a deleted record',
      [deletion('groups', 'a'), save('groups', group('a', '!'))],
      ['a!', 'bb', 'cc'],
    ],
    [
      'deletes an added record',
      [save('groups', group('d')), deletion('groups', 'd')],
      ['aa', 'bb', 'cc'],
    ],
    ['deletes nothing if the record does not exist', [deletion('groups', 'x')], ['aa', 'bb', 'cc']],
    [
      'is of its kind alone',
      [deletion('policies', 'a'), deletion('tags', 'b')],
      ['aa', 'bb', 'cc'],
    ],
  ])('%s', (_, edits, expected) => {
    expect(groupsAfter(...edits)).toEqual(expected)
  })

  it('of a group applies to the rules that name it', () => {
    const changed = group('b', 'Changed')
    expect(edited(seed, [save('groups', changed)]).references.groups).toContainEqual(changed)
  })

  it('of a reusable policy applies to the applications that name it', () => {
    const [, two] = edited(seed, [save('policies', policy('staff', 'deny'))]).applications
    expect(two?.policies).toMatchObject([{ decision: 'deny' }])
  })

  it('of the organization replaces the existing one', () => {
    const changed = { ...organization, name: 'Changed' }
    const configuration = edited(seed, [save('organizations', changed)])
    expect(configuration.organization).toEqual(changed)
    expect(configuration.collections.organizations).toHaveLength(1)
  })

  it('does not change the seed and earlier configurations', () => {
    const before = structuredClone(seed)
    const earlier = edited(seed, [])
    edited(seed, [deletion('groups', 'a'), save('tags', { name: 'red' })])
    expect(seed).toEqual(before)
    expect(earlier.groups).toHaveLength(3)
    expect(earlier.tags).toHaveLength(1)
  })

  it('applies to a changed seed too', () => {
    const edits = [save('groups', group('b', 'Edited'))]
    const later = { ...seed, groups: [group('a', 'Later'), group('b', 'Later')] }
    expect(edited(later, edits).groups.map(({ name }) => name)).toEqual(['Later', 'Edited'])
    expect(edited({ ...seed, groups: [] }, edits).groups.map(({ name }) => name)).toEqual([
      'Edited',
    ])
  })
})

describe('A record is stored under', () => {
  it.each([
    ['applications', seed.applications[0], 'one'],
    ['policies', seed.policies[0], 'staff'],
    ['groups', seed.groups[0], 'a'],
    ['tags', seed.tags[0], 'blue'],
    ['organizations', seed.organizations[0], 'organization'],
    ['organizations', { ...organization, name: 'Renamed' }, 'organization'],
  ] as [Kind, Seed[Kind][number], string][])('its own id: %s', (kind, record, id) => {
    expect(recordKind(kind).idOf(record)).toBe(id)
  })
})

describe('However many edits there were', () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.tuple(ids, fc.string()).map(([id, name]) => save('groups', group(id, `n${name}`))),
    ids.map((id) => deletion('groups', id)),
    fc.constantFrom('blue', 'red').map((name) => save('tags', { name })),
    fc.constantFrom('blue', 'red').map((name) => deletion('tags', name)),
    fc.constantFrom('allow', 'deny').map((each) => save('policies', policy('staff', each))),
    fc.constant(deletion('policies', 'staff')),
  )
  const edits = fc.array(edit, { maxLength: 30 })

  // The stored edits: one for each record, in the order of the first edits.
  const lastOfEach = (all: Edit[]): Edit[] => [
    ...new Map(all.map((each) => [`${each.kind} ${each.id}`, each])).values(),
  ]

  it('the last edit of each record decides', () => {
    fc.assert(
      fc.property(edits, (all) => {
        const [last, every] = [edited(seed, lastOfEach(all)), edited(seed, all)]
        expect(last.collections).toEqual(every.collections)
        expect(last.applications).toEqual(every.applications)
      }),
    )
  })

  it('one by one they come to the same records', () => {
    const sorted = ({ groups, tags, policies, applications }: ReturnType<typeof edited>) => ({
      groups: groups.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      tags: tags.map(({ name }) => name).sort(),
      policies,
      applications,
    })
    fc.assert(
      fc.property(edits, (all) => {
        const { emailLists, accounts } = seed
        const stepped = all.reduce<Seed>(
          (from, each) => ({ ...edited(from, [each]).collections, emailLists, accounts }),
          seed,
        )
        expect(sorted(edited(stepped, []))).toEqual(sorted(edited(seed, all)))
      }),
    )
  })

  it('ids are unique, and deleted records stay deleted', () => {
    fc.assert(
      fc.property(edits, (all) => {
        const present = edited(seed, all).groups.map(({ id }) => id)
        expect(new Set(present).size).toBe(present.length)
        for (const { kind, id, value } of lastOfEach(all)) {
          if (kind === 'groups') expect(present.includes(id)).toBe(value !== null)
        }
      }),
    )
  })
})
