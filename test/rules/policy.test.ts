import { describe, expect, it } from 'vitest'
import { seededIdentity } from '../../src/access/identity'
import { PEOPLE_PICKER } from '../../src/access/identity-provider'
import { evaluate, kindsNotEmulated, policySchema } from '../../src/access/policy'
import type { Subject } from '../../src/access/rule-kinds'
import { type Group, obstacle, ruleSchema } from '../../src/access/rules'
import { applicationWith } from './applications'

const EVERYONE = { everyone: {} }
const email = (email: string) => ({ email: { email } })
const domain = (domain: string) => ({ email_domain: { domain } })
const REFERENCES = { groups: [], emailLists: [], isAccountMember: () => false }
const person = (email: string): Subject => ({
  identity: seededIdentity([], email, PEOPLE_PICKER),
  ip: '192.0.2.1',
  country: 'PL',
})
const MACHINE: Subject = {
  serviceToken: { id: 'ci', name: 'CI', commonName: 'ci.access' },
  ip: '192.0.2.1',
  country: 'PL',
}
const ADA = person('ada@example.com')

/** The policies of an application, in their order. */
async function policiesOf(...policies: object[]) {
  const named = policies.map((policy, index) => ({
    name: `P${index}`,
    decision: 'allow',
    ...policy,
  }))
  return (await applicationWith({ policies: named })).policies
}

async function isAllowed(policy: object, who = ADA): Promise<boolean> {
  return evaluate(await policiesOf(policy), who, REFERENCES).decision === 'allow'
}

describe('A rule', () => {
  it.each<[object, string, boolean, string]>([
    [EVERYONE, 'ada@example.com', true, 'everyone'],
    [EVERYONE, 'mallory@blocked.example', true, 'everyone'],
    [email('ada@example.com'), 'ada@example.com', true, 'that address'],
    [email('Ada@Example.COM'), 'ada@example.com', true, 'that address in another case'],
    [email(' ada@example.com '), 'ada@example.com', true, 'that address with spaces around'],
    [email('ada@example.com'), 'grace@example.com', false, 'another address'],
    [email('ada@example.com'), 'ada@example.com.evil.example', false, 'a longer address'],
    [email('ada@example.com'), 'xada@example.com', false, 'a longer address'],
    [domain('example.com'), 'ada@example.com', true, 'that domain'],
    [domain('EXAMPLE.com'), 'ada@example.com', true, 'that domain in another case'],
    [domain('example.com'), 'ada@sub.example.com', false, 'a subdomain'],
    [domain('example.com'), 'ada@notexample.com', false, 'a longer domain'],
    [domain('example.com'), 'ada@example.com.evil.example', false, 'a longer domain'],
    [domain('sub.example.com'), 'ada@example.com', false, 'the domain above'],
    [domain('example.com'), 'example.com@evil.example', false, 'the domain as a name'],
  ])('%j holds for %s: %s (%s)', async (rule, who, holds) => {
    expect(await isAllowed({ include: [rule] }, person(who))).toBe(holds)
  })

  it.each<[unknown, string]>([
    [{ emails: 'ada@example.com' }, 'an unknown kind'],
    [{}, 'no kind'],
    [{ ...EVERYONE, ...email('ada@example.com') }, 'two kinds'],
    [{ email: 'ada@example.com' }, 'an address that is not in an object'],
    [{ email_domain: {} }, 'no domain'],
    [{ everyone: true }, 'no object'],
    ['everyone', 'a word'],
    [null, 'nothing'],
  ])('is not %j: %s [K33]', (rule) => {
    expect(ruleSchema.safeParse(rule).success).toBe(false)
  })
})

describe('A policy', () => {
  const ADA_RULE = email('ada@example.com')
  const GRACE_RULE = email('grace@example.com')
  const EXAMPLE = domain('example.com')

  it.each<[object, boolean, string]>([
    [{ include: [ADA_RULE] }, true, 'include'],
    [{ include: [GRACE_RULE] }, false, 'include of another'],
    [{ include: [GRACE_RULE, ADA_RULE] }, true, 'any of include is enough'],
    [{ include: [ADA_RULE], require: [EXAMPLE] }, true, 'include and require'],
    [{ include: [ADA_RULE], require: [EXAMPLE, GRACE_RULE] }, false, 'all of require is needed'],
    [{ include: [GRACE_RULE], require: [EXAMPLE] }, false, 'require alone does not include'],
    [{ include: [EXAMPLE], exclude: [GRACE_RULE] }, true, 'exclude of another'],
    [{ include: [EXAMPLE], exclude: [GRACE_RULE, ADA_RULE] }, false, 'any of exclude is enough'],
    [{ include: [ADA_RULE], require: [ADA_RULE], exclude: [ADA_RULE] }, false, 'exclude wins'],
    [{ include: [EVERYONE], exclude: [EVERYONE] }, false, 'everyone but everyone'],
  ])('includes any, requires all, excludes none: %j is %s (%s)', async (policy, allowed) => {
    expect(await isAllowed(policy)).toBe(allowed)
  })

  it.each([
    [{ include: [] }, ['include']],
    [{ include: undefined }, ['include']],
    [{ decision: 'perhaps' }, ['decision']],
    [{ name: '' }, ['name']],
    [{ precedence: 0 }, ['precedence']],
    [{ precedence: 1.5 }, ['precedence']],
    [{ session_duration: '1d' }, ['session_duration']],
    [{ exclude: [{ emails: 'x' }] }, ['exclude', 0]],
  ])('is refused with the name of its wrong member: %j', (members, path) => {
    const policy = { name: 'P', decision: 'allow', include: [EVERYONE], ...members }
    expect(policySchema.safeParse(policy).error?.issues).toMatchObject([{ path }])
  })
})

describe('The policies of an application [K32]', () => {
  const allow = (name: string, more = {}) => ({ name, include: [EVERYONE], ...more })
  const deny = (name: string, more = {}) => ({ ...allow(name, more), decision: 'deny' })
  const never = (name: string) => ({ name, include: [email('nobody@example.com')] })

  it.each<[object[], boolean, string | undefined, string]>([
    [[], false, undefined, 'none: nothing matches'],
    [[never('A')], false, undefined, 'none matches'],
    [[never('A'), allow('B')], true, 'B', 'the first that matches'],
    [[allow('A'), deny('B')], true, 'A', 'allow first'],
    [[deny('A'), allow('B')], false, 'A', 'deny first'],
    [[never('A'), deny('B'), allow('C')], false, 'B', 'the first that matches'],
  ])(
    'are evaluated in order, and the first match decides: %j is %s by %s (%s)',
    async (policies, allowed, by) => {
      const verdict = evaluate(await policiesOf(...policies), ADA, REFERENCES)
      expect([verdict.decision === 'allow', verdict.policy?.name]).toEqual([allowed, by])
    },
  )

  it.each<[object[], string[], string]>([
    [[allow('A', { precedence: 2 }), deny('B', { precedence: 1 })], ['B', 'A'], 'by precedence'],
    [[allow('A', { precedence: 10 }), deny('B', { precedence: 9 })], ['B', 'A'], 'as numbers'],
    [[allow('A'), deny('B')], ['A', 'B'], 'as listed, if no precedence is set'],
    [[allow('A', { precedence: 5 }), deny('B')], ['B', 'A'], 'listed second counts 2'],
  ])('are ordered: %j is %j, %s', async (policies, names) => {
    const ordered = await policiesOf(...policies)
    expect(ordered.map(({ name }) => name)).toEqual(names)
    expect(evaluate(ordered, ADA, REFERENCES).policy?.name).toBe(names[0])
  })

  it('must not share a precedence', async () => {
    const policies = policiesOf(allow('A', { precedence: 1 }), deny('B', { precedence: 1 }))
    await expect(policies).rejects.toThrow('policy precedences must be unique')
  })

  const service = (name: string) => ({ ...allow(name), decision: 'non_identity' })
  const bypass = (name: string) => ({ ...allow(name), decision: 'bypass' })
  it.each<[object[], Subject, string, string | undefined, string]>([
    [[deny('A'), bypass('B')], ADA, 'bypass', 'B', 'bypass comes before deny'],
    [[allow('A'), service('B')], MACHINE, 'non_identity', 'B', 'Service Auth comes before allow'],
    [[service('A'), bypass('B')], MACHINE, 'non_identity', 'A', 'the two by precedence'],
    [[service('A'), allow('B')], ADA, 'allow', 'B', 'Service Auth is not for persons'],
    [[service('A')], ADA, 'deny', undefined, 'Service Auth is not for persons'],
    [[allow('A')], MACHINE, 'deny', undefined, 'allow is not for machines'],
  ])('%j say of %j %s, by %s: %s', async (policies, subject, decision, by) => {
    const verdict = evaluate(await policiesOf(...policies), subject, REFERENCES)
    expect([verdict.decision, verdict.policy?.name]).toEqual([decision, by])
  })
})

describe('The rule kinds that the emulator cannot evaluate', () => {
  const saml = { saml: { attribute_name: 'a', attribute_value: 'b' } }
  const group = (id: string, ...include: object[]) => ({
    id,
    name: id,
    include,
    exclude: [],
    require: [],
  })
  const kindsOf = async (policy: object, ...groups: object[]) =>
    kindsNotEmulated(await policiesOf(policy), { ...REFERENCES, groups: groups as Group[] })

  it('are none of a policy whose rules can be evaluated', async () => {
    expect(await kindsOf({ include: [EVERYONE, { group: { id: 'missing' } }] })).toEqual([])
  })

  it.each(['include', 'require', 'exclude'])('are those in %s, each once', async (part) => {
    const policy = { include: [EVERYONE], [part]: [saml, EVERYONE, saml] }
    expect(await kindsOf(policy)).toEqual(['saml'])
  })

  it('are also those of the groups that it names, even if they name each other', async () => {
    const one = group('one', { group: { id: 'two' } })
    const two = group('two', saml, { group: { id: 'one' } })
    const other = group('other', { okta: {} })
    const policy = { include: [{ group: { id: 'one' } }] }
    expect(await kindsOf(policy, other, one, two)).toEqual(['saml'])
  })
})

describe('The obstacle of a policy whose include holds', () => {
  const obstacleOf = async (policy: object) => {
    const [only] = await policiesOf(policy)
    return only && obstacle(only, ADA, REFERENCES)
  }

  it('is the first rule of require that does not hold', async () => {
    const require = [EVERYONE, email('grace@example.com'), email('eve@example.com')]
    expect(await obstacleOf({ include: [EVERYONE], require, exclude: [EVERYONE] })).toEqual({
      part: 'require',
      rule: email('grace@example.com'),
    })
  })

  it('is else the first rule of exclude that holds', async () => {
    const exclude = [email('grace@example.com'), EVERYONE]
    expect(await obstacleOf({ include: [EVERYONE], exclude })).toEqual({
      part: 'exclude',
      rule: EVERYONE,
    })
  })

  it('is none if no rule of include holds, or if the policy matches', async () => {
    const exclude = [EVERYONE]
    expect(await obstacleOf({ include: [email('grace@example.com')], exclude })).toBeUndefined()
    const include = [email('grace@example.com'), EVERYONE]
    expect(await obstacleOf({ include })).toBeUndefined()
    expect((await obstacleOf({ include, exclude }))?.part).toBe('exclude')
  })
})

describe('The claim of an oidc rule', () => {
  const has = (claims: Record<string, unknown>, rule: object, idp = PEOPLE_PICKER) =>
    isAllowed({ include: [{ oidc: rule }] }, {
      ...ADA,
      identity: { ...seededIdentity([], 'ada@example.com', idp), groups: ['research'], claims },
    } as Subject)
  const rule = (claim_name: string, claim_value: string, more = {}) => ({
    claim_name,
    claim_value,
    ...more,
  })

  it('is one value, or one of several, and compared as text', async () => {
    expect(await has({ level: 3 }, rule('level', '3'))).toBe(true)
    expect(await has({ roles: ['a', 7] }, rule('roles', '7'))).toBe(true)
    expect(await has({ level: 3 }, rule('level', '4'))).toBe(false)
    expect(await has({ roles: ['ab'] }, rule('roles', 'a'))).toBe(false)
  })

  it('is missing if the person does not have it, even if its value is "undefined"', async () => {
    expect(await has({}, rule('level', 'undefined'))).toBe(false)
  })

  it('is the groups of the person by the name groups alone', async () => {
    expect(await has({}, rule('groups', 'research'))).toBe(true)
    expect(await has({}, rule('roles', 'research'))).toBe(false)
  })

  it('is of the provider that the rule names', async () => {
    const mine = { identity_provider_id: PEOPLE_PICKER.id }
    expect(await has({ a: 'b' }, rule('a', 'b', mine))).toBe(true)
    expect(await has({ a: 'b' }, rule('a', 'b', { identity_provider_id: 'other' }))).toBe(false)
  })
})

describe('An address of an ip rule', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.2', false],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['2001:db8::/32', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['::/0', '192.0.2.1', false],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['0.0.0.0/0', '::ffff:192.0.2.1', true],
    ['0.0.0.0/0', 'unknown', false],
  ])('in %s: %s is %s', async (range, ip, holds) => {
    expect(await isAllowed({ include: [{ ip: { ip: range } }] }, { ...ADA, ip })).toBe(holds)
  })
})
