import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, APP, application, carrying, emulator, MALLORY, stopClock } from '../support/emulator'
import { Person } from '../support/person'
import { ALLOW, cookieOf, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()
const world = emulator()
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

type Rule = Record<string, unknown>
type Policies = Record<string, unknown>[]
type Circumstances = {
  email?: string
  ip?: string
  country?: string
  settings?: Record<string, unknown>
}

const allow = (include: Rule[], more: Record<string, unknown> = {}) => ({
  name: `allow ${JSON.stringify(include)}`,
  decision: 'allow',
  include,
  ...more,
})
const deny = (include: Rule[], more: Record<string, unknown> = {}) => ({
  ...allow(include, more),
  name: `deny ${JSON.stringify(include)}`,
  decision: 'deny',
})
const EVERYONE = { everyone: {} }
const ADA_ONLY = { email: { email: 'ada@example.com' } }

/** The decision of the policies on a person, as the response of an authorization shows it. */
async function verdict(policies: Policies, circumstances: Circumstances = {}): Promise<string> {
  const { email = 'ada@example.com', ip, country, settings } = circumstances
  const { fetch, signIn } = emulator({ APPLICATIONS: [application({ policies })], ...settings })
  await signIn({ email })
  const client = new Client(
    carrying(fetch, {
      ...(ip && { 'cf-connecting-ip': ip }),
      ...(country && { 'cf-ipcountry': country }),
    }),
  )
  const { client_id } = await client.register()
  const response = await client.authorization(client_id)
  if (response.status === 403) return 'denied'
  const location = response.headers.get('location') ?? ''
  return URL.parse(location)?.searchParams.has('code') ? 'allowed' : `${response.status}`
}

describe('A rule', () => {
  it.each<[reason: string, rule: Rule, circumstances: Circumstances, expected: string]>([
    ['everyone', EVERYONE, {}, 'allowed'],
    ['everyone, an address of no seed', EVERYONE, { email: 'x@y.example' }, 'allowed'],

    ['email: the same', ADA_ONLY, {}, 'allowed'],
    ['email: another', ADA_ONLY, { email: 'grace@example.com' }, 'denied'],
    ['email: in any case', { email: { email: 'ADA@Example.COM' } }, {}, 'allowed'],

    ['email_domain: the same', { email_domain: { domain: 'example.com' } }, {}, 'allowed'],
    ['email_domain: in any case', { email_domain: { domain: 'Example.COM' } }, {}, 'allowed'],
    ['email_domain: another', { email_domain: { domain: 'example.org' } }, {}, 'denied'],
    [
      'email_domain: not its subdomains',
      { email_domain: { domain: 'example.com' } },
      { email: 'ada@sub.example.com' },
      'denied',
    ],
    [
      'email_domain: no longer name with that end',
      { email_domain: { domain: 'example.com' } },
      { email: 'ada@notexample.com' },
      'denied',
    ],
    [
      'email_domain: not in the part before the @',
      { email_domain: { domain: 'example.com' } },
      { email: 'example.com@evil.example' },
      'denied',
    ],

    [
      'login_method: of this login',
      loginMethod('5f1c3a52-0000-4000-8000-000000000001'),
      {},
      'allowed',
    ],
    ['login_method: another', loginMethod('another-provider'), {}, 'denied'],

    ['oidc: a group of the person', groups('engineering'), {}, 'allowed'],
    ['oidc: another group', groups('research'), {}, 'denied'],
    ['oidc: a part of the name', groups('engineer'), {}, 'denied'],
    ['oidc: a person without groups', groups('engineering'), { email: MALLORY.email }, 'denied'],
    [
      'oidc: a claim that the person does not have',
      { oidc: { claim_name: 'role', claim_value: 'admin' } },
      {},
      'denied',
    ],
    [
      'oidc: of another provider',
      { oidc: { claim_name: 'groups', claim_value: 'engineering', identity_provider_id: 'other' } },
      {},
      'denied',
    ],

    ['service_token: no person', { service_token: { token_id: serviceToken().id } }, {}, 'denied'],
    ['any_valid_service_token: no person', { any_valid_service_token: {} }, {}, 'denied'],
    [
      'common_name: no person',
      { common_name: { common_name: serviceToken().client_id } },
      {},
      'denied',
    ],
    ['linked_app_token: no person', { linked_app_token: { app_uid: 'demo' } }, {}, 'denied'],
  ])('%s', async (_, rule, circumstances, expected) => {
    expect(await verdict([allow([rule])], circumstances)).toBe(expected)
  })

  it.each<[reason: string, range: string, ip: string, expected: string]>([
    ['one address', '203.0.113.7', '203.0.113.7', 'allowed'],
    ['one address, another', '203.0.113.7', '203.0.113.8', 'denied'],
    ['a range', '203.0.113.0/24', '203.0.113.255', 'allowed'],
    ['a range, just outside', '203.0.113.0/24', '203.0.114.0', 'denied'],
    ['a range that is no whole byte', '10.16.0.0/12', '10.31.255.255', 'allowed'],
    ['a range that is no whole byte, outside', '10.16.0.0/12', '10.32.0.0', 'denied'],
    ['a range named by an address in it', '192.168.100.1/24', '192.168.100.200', 'allowed'],
    ['every IPv4 address', '0.0.0.0/0', '198.51.100.1', 'allowed'],
    ['every IPv4 address, not IPv6', '0.0.0.0/0', '2001:db8::1', 'denied'],
    ['one IPv6 address, spelt otherwise', '2001:db8::1', '2001:0DB8:0:0:0:0:0:1', 'allowed'],
    ['one IPv6 address, another', '2001:db8::1', '2001:db8::2', 'denied'],
    ['an IPv6 range', '2001:db8:7::/48', '2001:db8:7:ffff::1', 'allowed'],
    ['an IPv6 range, outside', '2001:db8:7::/48', '2001:db8:8::1', 'denied'],
    ['every IPv6 address, not IPv4', '::/0', '203.0.113.7', 'denied'],
    ['IPv4 in the clothes of IPv6', '203.0.113.0/24', '::ffff:203.0.113.7', 'allowed'],
    ['no address', '203.0.113.0/24', 'unknown', 'denied'],
  ])('ip: %s (%s, from %s)', async (_, range, ip, expected) => {
    expect(await verdict([allow([{ ip: { ip: range } }])], { ip })).toBe(expected)
  })

  it.each([
    ['the country', 'DE', 'DE', 'allowed'],
    ['another', 'DE', 'FR', 'denied'],
    ['in lower case', 'de', 'DE', 'allowed'],
    ['unknown', 'DE', 'XX', 'denied'],
  ])('geo: %s', async (_, code, country, expected) => {
    expect(await verdict([allow([{ geo: { country_code: code } }])], { country })).toBe(expected)
  })

  it.each([
    ['on the list', ['ada@example.com'], 'staff', 'allowed'],
    ['on the list in another case', ['Ada@EXAMPLE.com'], 'staff', 'allowed'],
    ['not on the list', ['grace@example.com'], 'staff', 'denied'],
    ['an empty list', [], 'staff', 'denied'],
    ['a list that does not exist', ['ada@example.com'], 'nobody', 'denied'],
  ])('email_list: %s', async (_, items, id, expected) => {
    const settings = { EMAIL_LISTS: [{ id: 'staff', name: 'Staff', items }] }
    expect(await verdict([allow([{ email_list: { id } }])], { settings })).toBe(expected)
  })
})

function loginMethod(id: string): Rule {
  return { login_method: { id } }
}

function groups(claim_value: string): Rule {
  return { oidc: { claim_name: 'groups', claim_value } }
}

describe('A group', () => {
  const group = (id: string, include: Rule[], more: Record<string, unknown> = {}) => ({
    id,
    name: `Group ${id}`,
    include,
    ...more,
  })
  const named = (id: string) => ({ group: { id } })
  const GRACE_ONLY = { email: { email: 'grace@example.com' } }

  it.each<[reason: string, groups: unknown[], expected: string]>([
    ['includes the person', [group('a', [GRACE_ONLY, ADA_ONLY])], 'allowed'],
    ['includes another person', [group('a', [GRACE_ONLY])], 'denied'],
    ['is unknown', [group('b', [EVERYONE])], 'denied'],
    ['excludes the person', [group('a', [EVERYONE], { exclude: [ADA_ONLY] })], 'denied'],
    [
      'requires a rule that does not hold',
      [group('a', [EVERYONE], { require: [ADA_ONLY, GRACE_ONLY] })],
      'denied',
    ],
    ['requires a rule that holds', [group('a', [EVERYONE], { require: [ADA_ONLY] })], 'allowed'],
    ['names a group', [group('a', [named('b')]), group('b', [ADA_ONLY])], 'allowed'],
    [
      'names a group that names a group',
      [group('a', [named('b')]), group('b', [named('c')]), group('c', [ADA_ONLY])],
      'allowed',
    ],
    ['names a group of others', [group('a', [named('b')]), group('b', [GRACE_ONLY])], 'denied'],
  ])('%s', async (_, GROUPS, expected) => {
    expect(await verdict([allow([named('a')])], { settings: { GROUPS } })).toBe(expected)
  })
})

describe('include, exclude and require', () => {
  const HERE = { ip: { ip: '203.0.113.0/24' } }
  const GERMANY = { geo: { country_code: 'DE' } }
  const from = { ip: '203.0.113.7', country: 'DE' }

  it.each<[reason: string, policy: Record<string, unknown>, expected: string]>([
    ['one of include is enough', allow([{ email: { email: 'b@c.d' } }, GERMANY]), 'allowed'],
    ['all of require have to hold', allow([EVERYONE], { require: [HERE, GERMANY] }), 'allowed'],
    [
      'one of require that does not hold is enough',
      allow([EVERYONE], { require: [HERE, { geo: { country_code: 'FR' } }] }),
      'denied',
    ],
    [
      'require alone admits no person',
      allow([{ email: { email: 'b@c.d' } }], { require: [HERE] }),
      'denied',
    ],
    ['exclude beats include', allow([ADA_ONLY], { exclude: [ADA_ONLY] }), 'denied'],
    ['exclude beats require', allow([EVERYONE], { require: [HERE], exclude: [HERE] }), 'denied'],
    [
      'one of exclude is enough',
      allow([EVERYONE], { exclude: [{ email: { email: 'b@c.d' } }, GERMANY] }),
      'denied',
    ],
    [
      'exclude of others changes nothing',
      allow([EVERYONE], { exclude: [{ geo: { country_code: 'FR' } }] }),
      'allowed',
    ],
    [
      'a deny policy has them too',
      deny([EVERYONE], { exclude: [ADA_ONLY] }),
      'denied', // By none that allows.
    ],
  ])('%s', async (_, policy, expected) => {
    expect(await verdict([policy], from)).toBe(expected)
  })
})

describe('Of several policies', () => {
  it.each<[reason: string, policies: Policies, expected: string]>([
    ['there are none', [], 'denied'],
    ['none matches', [allow([{ email: { email: 'b@c.d' } }])], 'denied'],
    ['the second matches', [allow([{ email: { email: 'b@c.d' } }]), allow([ADA_ONLY])], 'allowed'],
    ['allow comes first', [allow([EVERYONE]), deny([ADA_ONLY])], 'allowed'],
    ['deny comes first', [deny([ADA_ONLY]), allow([EVERYONE])], 'denied'],
    [
      'a deny of others comes first',
      [deny([{ email: { email: 'b@c.d' } }]), allow([EVERYONE])],
      'allowed',
    ],
    [
      'a deny with an exception comes first',
      [deny([EVERYONE], { exclude: [ADA_ONLY] }), allow([EVERYONE])],
      'allowed',
    ],
    [
      'precedence counts, not the place in the list: allow',
      [deny([EVERYONE], { precedence: 2 }), allow([EVERYONE], { precedence: 1 })],
      'allowed',
    ],
    [
      'precedence counts, not the place in the list: deny',
      [allow([EVERYONE], { precedence: 2 }), deny([EVERYONE], { precedence: 1 })],
      'denied',
    ],
    [
      'Service Auth for everyone says nothing of persons',
      [{ ...SERVICE_AUTH, include: [EVERYONE] }],
      'denied',
    ],
    [
      'Service Auth comes first and is not for persons',
      [{ ...SERVICE_AUTH, include: [EVERYONE] }, deny([EVERYONE])],
      'denied',
    ],
  ])('%s', async (_, policies, expected) => {
    expect(await verdict(policies)).toBe(expected)
  })
})

describe('Bypass and Service Auth are evaluated before allow and deny, whatever the order', () => {
  const bypass = (include: Rule[], more: Record<string, unknown> = {}) => ({
    ...allow(include, more),
    name: 'bypass',
    decision: 'bypass',
  })
  // The demo accepts no request without an assertion: this response shows that it was reached.
  const reached = async (response: Response) =>
    response.status === 403 &&
    ((await response.json()) as { error?: string }).error === 'no_assertion'
  const asked = (policies: Policies, headers: Record<string, string> = {}) =>
    emulator({
      APPLICATIONS: [application({ policies })],
      SERVICE_TOKENS: [serviceToken()],
    }).fetch(`${APP}/whoami`, { headers: { accept: 'application/json', ...headers } })

  it.each<[reason: string, policies: Policies]>([
    ['alone', [bypass([EVERYONE])]],
    ['after deny', [deny([EVERYONE]), bypass([EVERYONE])]],
    ['after allow', [allow([EVERYONE]), bypass([EVERYONE])]],
    ['of an address', [bypass([{ ip: { ip: '203.0.113.0/24' } }]), ALLOW]],
    ['of a country', [bypass([{ geo: { country_code: 'DE' } }]), ALLOW]],
  ])('bypass %s reaches the origin without an assertion', async (_, policies) => {
    const from = { 'cf-connecting-ip': '203.0.113.7', 'cf-ipcountry': 'DE' }
    expect(await reached(await asked(policies, from))).toBe(true)
  })

  it.each<[reason: string, policies: Policies]>([
    ['of another address', [bypass([{ ip: { ip: '203.0.113.0/24' } }])]],
    ['of a person, which it cannot know', [bypass([ADA_ONLY])]],
    ['with an exception', [bypass([EVERYONE], { exclude: [{ ip: { ip: '198.51.100.1' } }] })]],
  ])('bypass %s does not reach it', async (_, policies) => {
    const response = await asked([...policies, ALLOW], { 'cf-connecting-ip': '198.51.100.1' })
    expect(response.status).toBe(401)
  })

  it.each<[reason: string, policies: Policies]>([
    ['alone', [SERVICE_AUTH]],
    ['after deny', [deny([EVERYONE]), SERVICE_AUTH]],
    ['after allow', [allow([EVERYONE]), SERVICE_AUTH]],
    [
      'by precedence last',
      [{ ...SERVICE_AUTH, precedence: 9 }, deny([EVERYONE], { precedence: 1 })],
    ],
  ])('Service Auth %s admits a machine', async (_, policies) => {
    expect((await asked(policies, credentials())).status).toBe(200)
  })

  it('are evaluated in the order of precedence', async () => {
    const first = await asked([bypass([EVERYONE]), SERVICE_AUTH], credentials())
    expect(await reached(first)).toBe(true)
  })

  it('Service Auth for everyone still requires a service token (assumed)', async () => {
    const policies = [{ ...SERVICE_AUTH, include: [EVERYONE] }]
    const response = await asked(policies)
    expect(response.status).toBe(403)
    expect(response.headers.has('cf-access-aud')).toBe(true)
  })
})

describe('A rule for machines', () => {
  const other = serviceToken({ id: 'other', client_id: 'f'.repeat(32).concat('.access') })
  const SERVICE_TOKENS = [serviceToken(), other]
  const status = async (rule: Rule, token = serviceToken()) => {
    const policies = [{ ...SERVICE_AUTH, include: [rule] }]
    const { fetch } = emulator({ APPLICATIONS: [application({ policies })], SERVICE_TOKENS })
    return (await fetch(`${APP}/whoami`, { headers: credentials(token) })).status
  }

  it.each<[reason: string, rule: Rule, mine: number, others: number]>([
    ['service_token', { service_token: { token_id: serviceToken().id } }, 200, 403],
    ['service_token with an unknown id', { service_token: { token_id: 'nobody' } }, 403, 403],
    ['any_valid_service_token', { any_valid_service_token: {} }, 200, 200],
    ['common_name', { common_name: { common_name: serviceToken().client_id } }, 200, 403],
    ['everyone', EVERYONE, 200, 200],
    ['ip', { ip: { ip: '127.0.0.1' } }, 200, 200],
    ['ip of another machine', { ip: { ip: '203.0.113.7' } }, 403, 403],
    ['email', ADA_ONLY, 403, 403],
    ['email_domain', { email_domain: { domain: 'access' } }, 403, 403],
    ['login_method', loginMethod('5f1c3a52-0000-4000-8000-000000000001'), 403, 403],
  ])('%s', async (_, rule, mine, others) => {
    expect([await status(rule), await status(rule, other)]).toEqual([mine, others])
  })
})

describe('linked_app_token [K14]', () => {
  const FIRST = '11111111-2222-4333-8444-555555555555'
  const linked = (app_uid: string) => ({
    ...SERVICE_AUTH,
    include: [{ linked_app_token: { app_uid } }],
  })
  const two = (policies: Policies) =>
    emulator({
      APPLICATIONS: [
        application({ id: FIRST }),
        application({ name: 'Second', domain: 'second.example', policies }),
        application({ name: 'Third', domain: 'third.example' }),
      ],
    })
  const SECOND = 'http://second.example:8788'
  type Seen = { headers: Record<string, string>; claims: { aud: string[]; email: string } }
  /** The assertion that the origin of an application was sent. */
  const assertionAt = async ({ fetch }: typeof world, app: string) => {
    const client = new Client(fetch, app)
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const tokens = await tokensOf(client.exchange(client_id, code))
    const response = await client.request('/whoami', tokens.access_token)
    return ((await response.json()) as Seen).headers['cf-access-jwt-assertion'] ?? ''
  }

  it('admits the person whose assertion an origin forwards, to the second origin too', async () => {
    const world = two([linked(FIRST)])
    const headers = { 'cf-access-token': await assertionAt(world, APP) }
    const response = await world.fetch(`${SECOND}/whoami`, { headers })
    expect(response.status).toBe(200)
    const seen = (await response.json()) as Seen
    expect(seen.claims.email).toBe('ada@example.com')
    expect(seen.headers['cf-access-authenticated-user-email']).toBe('ada@example.com')
    expect(seen.headers).not.toHaveProperty('cf-access-token')
  })

  it.each<[reason: string, policies: Policies]>([
    ['where the policy names another application', [linked('another')]],
    ['where the policy is an Allow policy', [{ ...linked(FIRST), decision: 'allow' }]],
    ['where no policy links', [ALLOW]],
  ])('admits no person %s', async (_, policies) => {
    const world = two(policies)
    const headers = { 'cf-access-token': await assertionAt(world, APP) }
    expect((await world.fetch(`${SECOND}/whoami`, { headers })).status).not.toBe(200)
  })

  it('admits no assertion of a third application', async () => {
    const world = two([linked(FIRST)])
    const headers = { 'cf-access-token': await assertionAt(world, 'http://third.example:8788') }
    expect((await world.fetch(`${SECOND}/whoami`, { headers })).status).toBe(403)
  })

  it('admits no service token, whose assertion names no person', async () => {
    const machine = emulator({
      APPLICATIONS: [
        application({ id: FIRST, policies: [SERVICE_AUTH] }),
        application({ name: 'Second', domain: 'second.example', policies: [linked(FIRST)] }),
      ],
      SERVICE_TOKENS: [serviceToken()],
    })
    const first = await machine.fetch(`${APP}/whoami`, { headers: credentials() })
    const headers = { 'cf-access-token': cookieOf(first) ?? '' }
    expect((await machine.fetch(`${APP}/whoami`, { headers })).status).toBe(200)
    expect((await machine.fetch(`${SECOND}/whoami`, { headers })).status).toBe(403)
  })

  it('admits no access token of Managed OAuth: that one cannot be forwarded (6.6)', async () => {
    const world = two([linked(FIRST)])
    const { tokens } = await new Client(world.fetch).connect()
    for (const name of ['cf-access-token', 'authorization']) {
      const headers = { [name]: `Bearer ${tokens.access_token}` }
      expect((await world.fetch(`${SECOND}/whoami`, { headers })).status).toBe(403)
    }
  })

  it('ends when the assertion expires', async () => {
    const world = two([linked(FIRST)])
    const headers = { 'cf-access-token': await assertionAt(world, APP) }
    await world.advance('15m')
    expect((await world.fetch(`${SECOND}/whoami`, { headers })).status).toBe(403)
  })
})

describe('A rule of a kind that cannot be decided here', () => {
  const toldOf = async () =>
    (await world.events()).filter(({ kind }) => kind === 'rules-not-emulated')

  const NOT_EMULATED: Rule[] = [
    { ip_list: { id: 'list' } },
    { auth_method: { auth_method: 'mfa' } },
    { certificate: {} },
    { saml: { attribute_name: 'a', attribute_value: 'b', identity_provider_id: 'c' } },
    { gsuite: { email: 'team@example.com', identity_provider_id: 'c' } },
    { 'github-organization': { identity_provider_id: 'c', name: 'acme', team: 'core' } },
    { okta: { identity_provider_id: 'c', name: 'engineering' } },
    { azureAD: { id: 'engineering', identity_provider_id: 'c' } },
    { auth_context: { id: 'a', ac_id: 'b', identity_provider_id: 'c' } },
    { external_evaluation: { evaluate_url: 'https://a.example', keys_url: 'https://b.example' } },
    { user_risk_score: { user_risk_score: ['low', 'unscored'] } },
  ]
  const table = NOT_EMULATED.map((rule) => [Object.keys(rule)[0] ?? '', rule] as const)

  it.each(table)('never matches, and an event says so: %s', async (kind, rule) => {
    expect(await verdict([allow([rule])])).toBe('denied')
    expect(await toldOf()).toMatchObject([
      {
        kind: 'rules-not-emulated',
        at: expect.any(String),
        application: 'Demo',
        email: 'ada@example.com',
        ruleKinds: [kind],
        decision: 'deny',
      },
    ])
  })

  it.each(table)('required admits no person, excluded refuses no person: %s', async (_, rule) => {
    expect(await verdict([allow([EVERYONE], { require: [rule] })])).toBe('denied')
    expect(await verdict([allow([EVERYONE], { exclude: [rule] })])).toBe('allowed')
    const decisions = (await toldOf()).map(({ decision }) => decision)
    expect(decisions).toEqual(['deny', 'allow'])
  })

  it('does not affect the other rules of its policy', async () => {
    expect(await verdict([allow([{ certificate: {} }, ADA_ONLY])])).toBe('allowed')
  })

  it('is reported if it is in a group that a policy names', async () => {
    const GROUPS = [{ id: 'a', name: 'A', include: [{ certificate: {} }] }]
    expect(await verdict([allow([{ group: { id: 'a' } }])], { settings: { GROUPS } })).toBe(
      'denied',
    )
    expect(await toldOf()).toMatchObject([{ ruleKinds: ['certificate'] }])
  })

  it('is reported if a machine is refused by it', async () => {
    const policies = [{ ...SERVICE_AUTH, include: [{ certificate: {} }] }]
    const { fetch } = emulator({
      APPLICATIONS: [application({ policies })],
      SERVICE_TOKENS: [serviceToken()],
    })
    const response = await fetch(`${APP}/whoami`, { headers: credentials() })
    expect(response.status).toBe(403)
    expect(await toldOf()).toMatchObject([
      { kind: 'rules-not-emulated', application: 'Demo', ruleKinds: ['certificate'] },
    ])
  })

  it('is no longer reported after a reset, and never if all rules can be decided', async () => {
    await verdict([allow([{ certificate: {} }])])
    await world.reset()
    await verdict([allow([EVERYONE])])
    expect(await toldOf()).toEqual([])
  })
})

describe('A wrong rule is a settings error that names it', () => {
  const log = vi.fn()
  beforeEach(() => {
    vi.spyOn(console, 'error').mockImplementation(log.mockClear())
  })
  const AT = 'APPLICATIONS[0].policies[0].include'

  it.each<[reason: string, include: unknown, named: string]>([
    ['no rules', [], AT],
    ['an unknown kind', [{ emails: {} }], `${AT}[0]`],
    ['two kinds in one', [{ ...EVERYONE, ...ADA_ONLY }], `${AT}[0]`],
    ['no kind', [{}], `${AT}[0]`],
    ['text', ['everyone'], `${AT}[0]`],
    ['a member left out', [EVERYONE, { email: { mail: 'a@b.c' } }], `${AT}[1].email.email`],
    ['an unknown member', [{ everyone: { really: true } }], `${AT}[0].everyone.really`],
    ['no address range', [{ ip: { ip: '203.0.113.0/33' } }], `${AT}[0].ip.ip`],
    ['no country code', [{ geo: { country_code: 'Germany' } }], `${AT}[0].geo.country_code`],
  ])('%s', async (_, include, named) => {
    const policies = [{ name: 'x', decision: 'allow', include }]
    const response = await emulator({ APPLICATIONS: [application({ policies })] }).fetch(APP)
    expect(response.status).toBe(500)
    const body = (await response.json()) as { error_description: string }
    expect(body.error_description).toContain(`${named} is `)
    expect(log).toHaveBeenCalled()
  })
})

describe('Policies are evaluated', () => {
  const staff = (items: string[]) =>
    emulator({
      APPLICATIONS: [application({ policies: [allow([{ email_list: { id: 'staff' } }])] })],
      EMAIL_LISTS: [{ id: 'staff', name: 'Staff', items }],
    })
  const before = staff(['ada@example.com'])
  const after = staff(['grace@example.com'])

  it('at a browser login', async () => {
    const open = (world: typeof before) => new Person(world.fetch).open(`${APP}/whoami`)
    expect((await open(before)).page?.status).toBe(200)
    expect((await open(after)).page).toMatchObject({
      status: 403,
      title: 'That account does not have access.',
    })
  })

  it("again when the application's cookie has expired, and not before", async () => {
    let { fetch } = before
    const person = await new Person((url, init) => fetch(url, init)).open(`${APP}/whoami`)
    fetch = after.fetch
    expect((await person.open(`${APP}/whoami`)).page?.status).toBe(200)
    await world.advance('24h')
    expect((await person.open(`${APP}/whoami`)).page?.status).toBe(403)
  })

  it('at every authorization', async () => {
    const { client_id } = await new Client(before.fetch).register()
    expect((await new Client(before.fetch).authorization(client_id)).status).toBe(302)
    expect((await new Client(after.fetch).authorization(client_id)).status).toBe(403)
    expect((await new Client(before.fetch).authorization(client_id)).status).toBe(302)
  })

  it('at every refresh: a person who was removed loses access there at the latest [T18]', async () => {
    const { clientId, tokens } = await new Client(before.fetch).connect()
    const changed = new Client(after.fetch)
    await expect(changed.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
    await world.advance('15m')
    await expect(changed.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  })

  it('at a refresh after many others [T18]', async () => {
    const client = new Client(before.fetch)
    const { clientId, tokens } = await client.connect()
    let last = tokens
    for (let round = 0; round < 3; round++) {
      last = await tokensOf(client.refresh(clientId, last.refresh_token))
    }
    await expect(new Client(after.fetch).refresh(clientId, last.refresh_token)).toBeRefused(
      'invalid_grant',
    )
  })

  it('at a refresh of a person who has left a group of the seed [T18]', async () => {
    const seed = (names: string[]) =>
      emulator({
        APPLICATIONS: [application({ policies: [allow([groups('engineering')])] })],
        PEOPLE: [{ name: 'Ada', email: 'ada@example.com', groups: names }],
      })
    const { clientId, tokens } = await new Client(seed(['engineering']).fetch).connect()
    await expect(new Client(seed([]).fetch).refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
    )
  })

  it('at a refresh, with its source address [T18]', async () => {
    const policies = [allow([{ ip: { ip: '203.0.113.0/24' } }])]
    const { fetch } = emulator({ APPLICATIONS: [application({ policies })] })
    const at = (ip: string) => new Client(carrying(fetch, { 'cf-connecting-ip': ip }))
    const { clientId, tokens } = await at('203.0.113.7').connect()
    await expect(at('198.51.100.1').refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
    )
    expect((await at('203.0.113.8').refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('again, so a person who is allowed again can use the same refresh token (assumed)', async () => {
    const { clientId, tokens } = await new Client(before.fetch).connect()
    await expect(new Client(after.fetch).refresh(clientId, tokens.refresh_token)).toBeRefused(
      'invalid_grant',
    )
    const again = await new Client(before.fetch).refresh(clientId, tokens.refresh_token)
    expect(again.status).toBe(200)
  })
})

describe('The session duration', () => {
  const HALF_HOUR = { session_duration: '30m' }

  it.each<[reason: string, changes: Record<string, unknown>, seconds: number]>([
    ['is 24h by default', { policies: [ALLOW] }, 86_400],
    ["is the application's", { session_duration: '1h', policies: [ALLOW] }, 3600],
    [
      "is the policy's before the application's",
      { session_duration: '1h', policies: [{ ...ALLOW, ...HALF_HOUR }] },
      1800,
    ],
    [
      "may be the policy's longer one",
      { session_duration: '5m', policies: [{ ...ALLOW, ...HALF_HOUR }] },
      1800,
    ],
    [
      'is that of the policy that admits, by precedence',
      {
        session_duration: '1h',
        policies: [
          allow([{ email: { email: 'b@c.d' } }], { session_duration: '10m' }),
          allow([ADA_ONLY], { session_duration: '20m' }),
          allow([EVERYONE], HALF_HOUR),
        ],
      },
      1200,
    ],
    ['may be a year', { session_duration: '8760h', policies: [ALLOW] }, 31_536_000],
  ])('of a cookie %s', async (_, changes, seconds) => {
    const { fetch } = emulator({ APPLICATIONS: [application(changes)] })
    const person = await new Person(fetch).open(`${APP}/whoami`)
    const cookie = person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
    const { exp, iat } = decodeJwt(cookie)
    expect(Number(exp) - Number(iat)).toBe(seconds)
  })

  it.each<[reason: string, changes: Record<string, unknown>, seconds: number]>([
    ["is the application's", { session_duration: '1h', policies: [SERVICE_AUTH] }, 3601],
    [
      "is the policy's before the application's",
      { session_duration: '1h', policies: [{ ...SERVICE_AUTH, ...HALF_HOUR }] },
      1801,
    ],
  ])('of a service token %s, and a second [O9]', async (_, changes, seconds) => {
    const { fetch } = emulator({
      APPLICATIONS: [application(changes)],
      SERVICE_TOKENS: [serviceToken()],
    })
    const response = await fetch(`${APP}/whoami`, { headers: credentials() })
    const { exp, iat } = decodeJwt(cookieOf(response) ?? '')
    expect(Number(exp) - Number(iat)).toBe(seconds)
  })

  it('ends the cookie to the second', async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ session_duration: '1h' })] })
    const person = await new Person(fetch).open(`${APP}/whoami`)
    const headers = { cookie: person.cookies('localhost') }
    await world.advance('59m59s')
    expect((await fetch(`${APP}/whoami`, { headers })).status).toBe(200)
    await world.advance('1s')
    expect((await fetch(`${APP}/whoami`, { headers })).status).toBe(401)
  })
})

describe('A person whom the policies deny', () => {
  const MESSAGE = 'Ask <b>Grace</b> for access.'
  const blocked = async (changes: Record<string, unknown>, at: 'login' | 'authorization') => {
    const { fetch, signIn } = emulator({
      APPLICATIONS: [application({ policies: [deny([EVERYONE])], ...changes })],
    })
    await signIn(ADA)
    const client = new Client(fetch)
    const { client_id } = await client.register()
    const url = at === 'login' ? `${APP}/whoami` : await client.authorizationUrl(client_id)
    return new Person(fetch).open(url)
  }

  describe.each(['login', 'authorization'] as const)('at %s', (at) => {
    it('sees the block page, with the address they logged in with [A11]', async () => {
      const { page, callback } = await blocked({}, at)
      expect(page).toMatchObject({ status: 403, title: 'That account does not have access.' })
      expect(page?.text).toContain('ada@example.com')
      expect(callback).toBeUndefined()
    })

    it('sees custom_deny_message as text', async () => {
      const { page } = await blocked({ custom_deny_message: MESSAGE }, at)
      expect(page).toMatchObject({ status: 403, title: 'That account does not have access.' })
      expect(page?.text).toContain('Ask')
      expect(page?.html.querySelector('b')).toBeNull()
      expect(page?.html.toString()).toContain('Ask &lt;b&gt;Grace&lt;/b&gt; for access.')
    })

    it('is sent to custom_deny_url', async () => {
      const url = 'https://intranet.example/denied?app=demo'
      const person = await blocked({ custom_deny_url: url, custom_deny_message: MESSAGE }, at)
      expect(person.callback?.href).toBe(url)
    })

    it('gets no cookie of the application', async () => {
      const person = await blocked({}, at)
      expect(person.cookies('localhost')).not.toContain('CF_Authorization')
    })
  })

  it('is redirected to custom_deny_url with 302', async () => {
    const { fetch, signIn } = emulator({
      APPLICATIONS: [
        application({ policies: [], custom_deny_url: 'https://intranet.example/denied' }),
      ],
    })
    await signIn(ADA)
    const client = new Client(fetch)
    const { client_id } = await client.register()
    const response = await client.authorization(client_id)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('https://intranet.example/denied')
  })

  it('is redirected to it in ASCII, whatever characters it contains (RFC 9110 10.2.2)', async () => {
    const { fetch, signIn } = emulator({
      APPLICATIONS: [
        application({ policies: [], custom_deny_url: 'https://intranet.example/verw\u00e4hrt' }),
      ],
    })
    await signIn(ADA)
    const client = new Client(fetch)
    const { client_id } = await client.register()
    const { headers } = await client.authorization(client_id)
    expect(headers.get('location')).toBe('https://intranet.example/verw%C3%A4hrt')
  })

  it('is denied by one application and admitted by another', async () => {
    const { fetch, signIn } = emulator({
      APPLICATIONS: [
        application(),
        application({ name: 'Closed', domain: 'closed.example', policies: [deny([EVERYONE])] }),
      ],
    })
    await signIn(ADA)
    const hosts = ['localhost:8788', '127.0.0.1:8788', 'closed.example:8788']
    const person = new Person(fetch, hosts)
    expect((await person.open(`${APP}/whoami`)).page?.status).toBe(200)
    expect((await person.open('http://closed.example:8788/')).page?.status).toBe(403)
  })
})
