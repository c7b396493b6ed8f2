import { describe, expect, it } from 'vitest'
import { emailListSchema, type Subject } from '../../src/access/rule-kinds'
import { combinationHolds, groupSchema, ruleSchema } from '../../src/access/rules'

const PERSON: Subject = {
  identity: {
    email: 'ada@example.com',
    name: 'Ada',
    groups: ['engineering'],
    idp: { id: 'corporate', type: 'oidc' },
    claims: {
      department: 'engines',
      roles: ['admin', 'dev'],
      age: 36,
      // String() would throw.
      hostile: { toString: 1 },
      odd: [{ toString: 1 }, 'x'],
    },
  },
  ip: '203.0.113.7',
  country: 'PL',
}
const MACHINE: Subject = {
  serviceToken: { id: 'ci', name: 'CI', commonName: 'ci.access' },
  ip: '2001:db8::7',
  country: 'XX',
}
const REFERENCES = {
  groups: [
    groupSchema.parse({ id: 'staff', name: 'Staff', include: [{ email_list: { id: 'list' } }] }),
    groupSchema.parse({ id: 'circle', name: 'Circle', include: [{ group: { id: 'circle' } }] }),
  ],
  emailLists: [emailListSchema.parse({ id: 'list', name: 'List', items: ['Ada@Example.com'] })],
  isAccountMember: (accountId: string, email: string) =>
    accountId === 'account' && email === 'ada@example.com',
}
const holds = (rule: unknown, subject: Subject) =>
  combinationHolds(
    { include: [ruleSchema.parse(rule)], require: [], exclude: [] },
    subject,
    REFERENCES,
  )

describe('A rule of the kind', () => {
  it.each<[object, boolean, boolean, string]>([
    [{ everyone: {} }, true, true, 'any subject'],
    [{ email: { email: 'ADA@example.com' } }, true, false, 'an address in any case'],
    [{ email_domain: { domain: 'example.com' } }, true, false, 'a domain'],
    [{ email_list: { id: 'list' } }, true, false, 'an address of a list'],
    [{ email_list: { id: 'none' } }, false, false, 'no such list'],
    [{ group: { id: 'staff' } }, true, false, 'a group, by its own rules'],
    [{ group: { id: 'circle' } }, false, false, 'a group that names itself'],
    [{ ip: { ip: '203.0.113.0/24' } }, true, false, 'a range of IPv4'],
    [{ ip: { ip: '203.0.113.7' } }, true, false, 'one address'],
    [{ ip: { ip: '2001:db8::/32' } }, false, true, 'a range of IPv6'],
    [{ ip: { ip: '0.0.0.0/0' } }, true, false, 'all of IPv4 and nothing of IPv6'],
    [{ geo: { country_code: 'pl' } }, true, false, 'a country in any case'],
    [{ login_method: { id: 'corporate' } }, true, false, 'an identity provider'],
    [{ oidc: { claim_name: 'department', claim_value: 'engines' } }, true, false, 'a claim'],
    [{ oidc: { claim_name: 'roles', claim_value: 'dev' } }, true, false, 'one of a claim'],
    [{ oidc: { claim_name: 'age', claim_value: '36' } }, true, false, 'a number'],
    [{ oidc: { claim_name: 'odd', claim_value: 'x' } }, true, false, 'one of a list with objects'],
    [{ oidc: { claim_name: 'hostile', claim_value: 'x' } }, false, false, 'a claim without a text'],
    [{ oidc: { claim_name: 'roles', claim_value: 'de' } }, false, false, 'a part of a claim'],
    [{ oidc: { claim_name: 'groups', claim_value: 'engineering' } }, true, false, 'a group'],
    [{ cloudflare_account_member: { account_id: 'account' } }, true, false, 'a member'],
    [{ cloudflare_account_member: { account_id: 'other' } }, false, false, 'of another account'],
    [{ service_token: { token_id: 'ci' } }, false, true, 'a service token'],
    [{ any_valid_service_token: {} }, false, true, 'any service token'],
    [{ common_name: { common_name: 'ci.access' } }, false, true, 'a common name'],
    [{ linked_app_token: { app_uid: 'app' } }, false, false, 'no linked application'],
    [{ saml: { attribute_name: 'a', attribute_value: 'b' } }, false, false, 'not emulated'],
  ])('%j holds for a person: %s, for a machine: %s (%s)', (rule, person, machine) => {
    expect([holds(rule, PERSON), holds(rule, MACHINE)]).toEqual([person, machine])
  })

  it.each([
    [{ ip: { ip: '203.0.113.0/33' } }, ['ip', 'ip']],
    [{ ip: { ip: 'example.com' } }, ['ip', 'ip']],
    [{ geo: { country_code: 'POL' } }, ['geo', 'country_code']],
    [{ email_list: { name: 'list' } }, ['email_list', 'id']],
    [{ oidc: { claim_name: 'a' } }, ['oidc', 'claim_value']],
  ])('%j is refused with the name of its wrong member', (rule, path) => {
    expect(ruleSchema.safeParse(rule).error?.issues[0]?.path).toEqual(path)
  })

  it('linked_app_token holds for the token of that application', () => {
    const linked = { ...MACHINE, linkedApplicationId: 'app' }
    expect(holds({ linked_app_token: { app_uid: 'app' } }, linked)).toBe(true)
  })
})

it('nested groups are evaluated once each, however often they are named', () => {
  const names = (id: number) => Array.from({ length: 10 }, () => ({ group: { id: `${id + 1}` } }))
  const groups = Array.from({ length: 20 }, (_, id) =>
    groupSchema.parse({ id: `${id}`, name: `Group ${id}`, include: names(id) }),
  )
  const rules = { include: [ruleSchema.parse({ group: { id: '0' } })], require: [], exclude: [] }
  expect(combinationHolds(rules, MACHINE, { ...REFERENCES, groups })).toBe(false)
})

// Settings and the API refuse them; a store from before may have some.
describe('Groups that name themselves', () => {
  const parse = (id: string, include: unknown[], exclude: unknown[] = []) =>
    groupSchema.parse({ id, name: id, include, exclude })
  const named = (id: string) => ({ group: { id } })
  const EVERYONE = { everyone: {} }
  const asked = (groups: unknown, include: unknown[], exclude: unknown[] = []) =>
    combinationHolds(parse('x', include, exclude), MACHINE, {
      ...REFERENCES,
      groups: groups as ReturnType<typeof parse>[],
    })

  it.each([
    ['alone', [parse('a', [named('a')])], false],
    ['beside who asks', [parse('a', [named('a'), EVERYONE])], true],
    ['in a circle', [parse('a', [named('b')]), parse('b', [named('a')])], false],
    [
      'in a circle that names who asks',
      [parse('a', [named('b')]), parse('b', [named('a'), EVERYONE])],
      true,
    ],
  ])('add nothing to themselves: %s', (_, groups, expected) => {
    expect(asked(groups, [named('a')])).toBe(expected)
  })

  it('are evaluated independently of other groups', () => {
    const groups = [parse('a', [named('b'), EVERYONE]), parse('b', [named('a')])]
    expect(asked(groups, [named('a')], [named('b')])).toBe(false)
  })
})
