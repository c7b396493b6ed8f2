import { describe, expect, it } from 'vitest'
import { seededIdentity } from '../../src/access/identity'
import { PEOPLE_PICKER } from '../../src/access/identity-provider'
import { evaluate, policySchema } from '../../src/access/policy'
import type { Subject } from '../../src/access/rule-kinds'
import { ruleSchema } from '../../src/access/rules'
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
