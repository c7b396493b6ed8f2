import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Application,
  applicationAt,
  completeApplication,
  grantLifetimes,
  managedOAuth,
  withPolicies,
} from '../../src/access/application'
import { applicationSchema } from '../../src/access/application-schema'
import { evaluateAccountRules } from '../../src/access/redirect-rules'
import { parseRedirectUri } from '../../src/oauth/redirect-uri'
import { applicationWith, oauthWith } from './applications'

const DOMAINS = [
  '*',
  '*/api',
  '*.example.com',
  '*.test.example.com',
  'app.example.com',
  'app.example.com/mcp',
  'app.example.com/mcp/admin',
  'slash.example.com/mcp/',
  'port.example:8443',
  'port.example:443',
  '[::1]:8788',
  'localhost',
  '127.0.0.1:8788',
]
const covering: [url: string, domain: string, reason: string][] = [
  ['https://elsewhere.example/', '*', 'every host'],
  ['https://elsewhere.example/api', '*/api', 'a path on every host'],
  ['https://elsewhere.example/api/v4', '*/api', 'a path on every host'],
  ['https://elsewhere.example/apis', '*', 'a longer name is no path below'],
  ['https://x.example.com/', '*.example.com', 'a wildcard before every host'],
  ['https://x.example.com/api', '*.example.com', 'a wildcard before every host, whatever the path'],
  ['https://example.com/', '*', 'a wildcard does not cover the domain itself'],
  ['https://foo.bar.example.com/', '*', 'a wildcard covers one level only'],
  ['https://evilexample.com/', '*', 'a wildcard ends at a dot'],
  ['https://x.example.com.evil.example/', '*', 'a wildcard is for the end of the name'],
  ['https://x.test.example.com/', '*.test.example.com', 'a wildcard further down'],
  ['https://app.example.com/', 'app.example.com', 'a host before a wildcard'],
  ['https://app.example.com/other', 'app.example.com', 'a host covers its paths'],
  ['https://app.example.com/api', 'app.example.com', 'a host before a path on every host'],
  ['https://app.example.com:9000/', 'app.example.com', 'a host without a port covers every port'],
  ['http://app.example.com/', 'app.example.com', 'a host covers both schemes'],
  ['https://app.example.com/mcp', 'app.example.com/mcp', 'the path itself'],
  ['https://app.example.com/mcp/', 'app.example.com/mcp', 'the path and a slash'],
  ['https://app.example.com/mcp/tools', 'app.example.com/mcp', 'what is below a path'],
  ['https://app.example.com/mcp?a=/mcp/admin', 'app.example.com/mcp', 'a query is no path'],
  ['https://app.example.com/mcpx', 'app.example.com', 'a longer name is no path below'],
  ['https://app.example.com/MCP', 'app.example.com', 'case counts in a path'],
  ['https://app.example.com/a/mcp', 'app.example.com', 'a path begins at the root'],
  ['https://app.example.com/mcp/admin', 'app.example.com/mcp/admin', 'the longest path'],
  ['https://app.example.com/mcp/admin/x', 'app.example.com/mcp/admin', 'the longest path'],
  ['https://app.example.com/mcp/administer', 'app.example.com/mcp', 'the longest path that covers'],
  ['https://slash.example.com/mcp', 'slash.example.com/mcp/', 'a final slash means nothing'],
  ['https://slash.example.com/mcp/a', 'slash.example.com/mcp/', 'a final slash means nothing'],
  ['https://port.example:8443/', 'port.example:8443', 'the port'],
  ['https://port.example/', 'port.example:443', 'the port that https has anyway'],
  ['http://port.example/', '*', 'http has another'],
  ['https://port.example:9000/', '*', 'another port'],
  ['http://[::1]:8788/', '[::1]:8788', 'IPv6'],
  ['http://[::1]/', '*', 'IPv6, another port'],
  ['http://localhost:8788/', 'localhost', 'no port'],
  ['http://127.0.0.1:8788/mcp', '127.0.0.1:8788', 'an address and a port'],
]

describe('The application at a URL', async () => {
  const applications = await Promise.all(
    DOMAINS.map((domain) => applicationWith({ name: domain, domain })),
  )

  it.each(covering)('%s is %s: %s [O19]', (url, domain) => {
    expect(applicationAt(applications, new URL(url))?.domain).toBe(domain)
  })

  it('does not depend on the order in which applications are listed', () => {
    const shuffled = fc.shuffledSubarray(applications, { minLength: applications.length })
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...covering), (list, [url]) => {
        expect(applicationAt(list, new URL(url))).toBe(applicationAt(applications, new URL(url)))
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['app.example.com', 'https://elsewhere.example/'],
    ['*.example.com', 'https://example.com/'],
    ['app.example.com/mcp', 'https://app.example.com/'],
    ['app.example.com:8443', 'https://app.example.com/'],
    ['127.0.0.1', 'http://localhost/'],
  ])('does not exist if no domain covers the URL: %s, %s', async (domain, url) => {
    expect(applicationAt([await applicationWith({ domain })], new URL(url))).toBeUndefined()
    expect(applicationAt([], new URL(url))).toBeUndefined()
  })
})

describe('An application', () => {
  it('requires only a domain', () => {
    expect(applicationSchema.parse({ name: 'Demo', domain: '*' })).toEqual({
      name: 'Demo',
      domain: '*',
      type: 'self_hosted',
      session_duration: '24h',
      policies: [],
      allowed_idps: [],
      auto_redirect_to_identity: false,
      http_only_cookie_attribute: true,
      path_cookie_attribute: false,
      service_auth_401_redirect: false,
      options_preflight_bypass: false,
      tags: [],
      app_launcher_visible: true,
      allow_authenticate_via_warp: false,
      allow_iframe: false,
      custom_pages: [],
      eager_redirect_cookie_setting: true,
      enable_binding_cookie: false,
      skip_interstitial: false,
      use_clientless_isolation_app_launcher_url: false,
    })
    expect(applicationSchema.safeParse({ domain: '*' }).success).toBe(true)
  })

  it.each([
    [{ name: '' }, ['name']],
    [{ domain: 'https://localhost' }, ['domain']],
    [{ domain: undefined }, ['domain']],
    [{ id: '1' }, ['id']],
    [{ aud: 'A'.repeat(64) }, ['aud']],
    [{ aud: 'a'.repeat(63) }, ['aud']],
    [{ type: 'warp' }, ['type']],
    [{ session_duration: '1d' }, ['session_duration']],
    [{ policies: {} }, ['policies']],
    [{ oauth_configuration: { enabled: 'yes' } }, ['oauth_configuration', 'enabled']],
    [
      { oauth_configuration: { grant: { access_token_lifetime: '15 minutes' } } },
      ['oauth_configuration', 'grant', 'access_token_lifetime'],
    ],
    [
      { oauth_configuration: { grant: { session_duration: '0s' } } },
      ['oauth_configuration', 'grant', 'session_duration'],
    ],
  ])('is refused with the name of its wrong member: %j', (members, path) => {
    const { error } = applicationSchema.safeParse({ name: 'Demo', domain: '*', ...members })
    expect(error?.issues).toMatchObject([{ path }])
  })

  it.each([
    [{ polices: [] }, [], 'polices'],
    [{ oauth_configuration: { enable: true } }, ['oauth_configuration'], 'enable'],
    [
      { oauth_configuration: { grant: { access_token_ttl: '5m' } } },
      ['oauth_configuration', 'grant'],
      'access_token_ttl',
    ],
    [
      { policies: [{ name: 'x', decision: 'allow', include: [{ everyone: {} }], exlude: [] }] },
      ['policies', 0],
      'exlude',
    ],
  ])('has no unknown members: %j', (members, path, key) => {
    const { error } = applicationSchema.safeParse({ name: 'Demo', domain: '*', ...members })
    expect(error?.issues).toMatchObject([{ code: 'unrecognized_keys', path, keys: [key] }])
  })
})

describe('The ids that the seed leaves out', () => {
  const POLICIES = ['One', 'Two'].map((name) => ({
    name,
    decision: 'allow',
    include: [{ everyone: {} }],
  }))

  it('are the same at every start, since clients and tokens persist', async () => {
    const [one, again] = [
      await applicationWith({ policies: POLICIES }),
      await applicationWith({ policies: POLICIES, domain: 'localhost' }),
    ]
    expect(again).toMatchObject({ id: one.id, aud: one.aud })
    expect(again.policies.map(({ id }) => id)).toEqual(one.policies.map(({ id }) => id))
  })

  it('are in Access’s form: UUIDs, and an aud of 64 hexadecimal characters', async () => {
    const { id, aud, policies } = await applicationWith({ policies: POLICIES })
    expect(aud).toMatch(/^[0-9a-f]{64}$/)
    for (const uuid of [id, ...policies.map((policy) => policy.id)]) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    }
  })

  it('differ from application to application and policy to policy', async () => {
    const one = await applicationWith({ policies: POLICIES })
    const other = await applicationWith({ name: 'Other', policies: POLICIES })
    const ids = [one, other].flatMap(({ id, policies }) => [id, ...policies.map((each) => each.id)])
    expect(new Set(ids).size).toBe(6)
    expect(one.aud).not.toBe(other.aud)
  })

  it('are kept if the seed has them', async () => {
    const said = { id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415', aud: '0f'.repeat(32) }
    expect(await applicationWith(said)).toMatchObject(said)
  })
})

describe('A complete application', () => {
  const complete = (members: object) =>
    completeApplication(applicationSchema.parse({ name: 'Demo', ...members }), (what) => what)
  const policy = (name: string, precedence?: number) => ({
    name,
    precedence,
    decision: 'allow',
    include: [{ everyone: {} }],
  })
  const at = (uri: string) => ({ type: 'public', uri })
  const PORTAL = { type: 'via_mcp_server_portal', mcp_server_id: 'docs' }

  it.each<
    [given: (number | undefined)[], kept: [index: number, precedence: number][], why: string]
  >([
    [[], [], 'none'],
    [
      [undefined, undefined],
      [
        [0, 1],
        [1, 2],
      ],
      'their places in the list',
    ],
    [
      [7, 3],
      [
        [1, 3],
        [0, 7],
      ],
      'as they say',
    ],
    [
      [5, undefined],
      [
        [1, 2],
        [0, 5],
      ],
      'the second place is free',
    ],
    [
      [2, undefined],
      [
        [0, 2],
        [1, 3],
      ],
      'the second place is taken, the next one is free',
    ],
    [
      [undefined, 1],
      [
        [1, 1],
        [0, 2],
      ],
      'the first place is taken further down',
    ],
    [
      [undefined, undefined, 2],
      [
        [0, 1],
        [2, 2],
        [1, 3],
      ],
      'one after the other',
    ],
    [
      [2, 3, undefined, undefined],
      [
        [0, 2],
        [1, 3],
        [2, 4],
        [3, 5],
      ],
      'and so on',
    ],
  ])('numbers its policies: %j is %j, %s', async (given, kept) => {
    const policies = given.map((precedence, index) => policy(`${index}`, precedence))
    const { policies: entries } = await complete({ domain: '*', policies })
    expect(entries.map((each) => ['name' in each && Number(each.name), each.precedence])).toEqual(
      kept,
    )
  })

  it('never has a precedence twice, and keeps those that were given', async () => {
    const precedences = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 })
    const list = precedences.chain((said) =>
      fc.shuffledSubarray([...said, ...said.map(() => undefined)], { minLength: said.length }),
    )
    await fc.assert(
      fc.asyncProperty(list, async (given) => {
        const policies = given.map((precedence, index) => policy(`p${index}`, precedence))
        const { policies: entries } = await complete({ domain: '*', policies })
        const kept = entries.map(({ precedence }) => precedence)
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b))
        expect(kept).toHaveLength(given.length)
        for (const [index, precedence] of given.entries()) {
          const entry = entries.find((each) => 'name' in each && each.name === `p${index}`)
          if (precedence !== undefined) expect(entry?.precedence).toBe(precedence)
        }
      }),
    )
  })

  it('is unchanged when completed again, so a response of the API may be sent back', async () => {
    const once = await complete({
      destinations: [at('a.example'), PORTAL, at('b.example')],
      policies: [policy('One'), 'reusable', policy('Five', 5)],
      tags: ['z', 'a'],
    })
    const { id: _, aud: __, policies, ...members } = once
    const own = policies.map(({ id, ...rest }) => ('decision' in rest ? rest : { id, ...rest }))
    expect(await complete({ ...members, policies: own })).toMatchObject({
      ...members,
      policies: policies.map(({ precedence }) => ({ precedence })),
    })
  })

  it.each<[members: object, domain: string | undefined, destinations: object[]]>([
    [{ domain: 'a.example' }, 'a.example', [at('a.example')]],
    [{ destinations: [{ uri: 'a.example' }] }, 'a.example', [at('a.example')]],
    [
      { destinations: [PORTAL, at('a.example'), at('b.example')] },
      'a.example',
      [at('a.example'), at('b.example'), PORTAL],
    ],
    [
      { domain: 'b.example', destinations: [at('a.example'), at('b.example')] },
      'b.example',
      [at('b.example'), at('a.example')],
    ],
    [
      { domain: 'a.example', destinations: [at('b.example')] },
      'a.example',
      [at('a.example'), at('b.example')],
    ],
    [
      { self_hosted_domains: ['a.example', 'b.example'] },
      'a.example',
      [at('a.example'), at('b.example')],
    ],
    [
      { destinations: [at('a.example')], self_hosted_domains: ['old.example'] },
      'a.example',
      [at('a.example')],
    ],
    [{ destinations: [], self_hosted_domains: ['a.example'] }, 'a.example', [at('a.example')]],
    [
      {
        destinations: [
          { ...at('a.example'), overrides: [{ behavior: 'public', path_pattern: '/x' }] },
        ],
      },
      'a.example',
      [{ ...at('a.example'), overrides: [{ behavior: 'public', path_pattern: '/x' }] }],
    ],
    [{ type: 'mcp', destinations: [PORTAL] }, undefined, [PORTAL]],
    [{ type: 'mcp' }, undefined, []],
  ])(
    'has one location, however it is expressed: %j is at %s [K4]',
    async (members, domain, all) => {
      const application = await complete(members)
      expect(application.domain).toBe(domain)
      expect(application.destinations).toEqual(all)
      expect(application).not.toHaveProperty('self_hosted_domains')
    },
  )

  it.each([
    [{ name: 'Demo', domain: 'a.example' }, 'Demo'],
    [{ name: undefined, domain: 'a.example' }, 'a.example'],
    [{ name: undefined, destinations: [at('a.example')] }, 'a.example'],
    [{ name: undefined, type: 'mcp' }, 'mcp'],
  ])('has a name: %j is %s', async (members, name) => {
    expect((await complete(members)).name).toBe(name)
  })

  it('has its tags sorted, each once [K5]', async () => {
    expect((await complete({ domain: '*', tags: ['b', 'a', 'b'] })).tags).toEqual(['a', 'b'])
  })

  it('names reusable policies by their ids, and evaluates them in order [K13]', async () => {
    const stored = await complete({ domain: '*', policies: ['late', policy('Own'), 'gone'] })
    expect(stored.policies).toMatchObject([
      { id: 'late', precedence: 1 },
      { name: 'Own', precedence: 2 },
      { id: 'gone', precedence: 3 },
    ])
    const [, own] = stored.policies
    if (!own || !('decision' in own)) throw new Error('no policy of its own')
    const late = { ...own, id: 'late', name: 'Late' }
    const { policies } = withPolicies(stored, new Map([['late', late]]))
    expect(policies).toMatchObject([
      { name: 'Late', precedence: 1, reusable: true },
      { name: 'Own', precedence: 2 },
    ])
  })
})

describe('Managed OAuth', () => {
  it('is off without oauth_configuration', async () => {
    expect(managedOAuth(await applicationWith())).toBeUndefined()
  })

  it('is off with enabled: false, whatever else is set', async () => {
    const off = { oauth_configuration: { enabled: false, grant: { access_token_lifetime: '5m' } } }
    expect(managedOAuth(await applicationWith(off))).toBeUndefined()
  })

  it('is on with oauth_configuration, which has the documented defaults [K30, K38]', async () => {
    expect(managedOAuth(await applicationWith({ oauth_configuration: {} }))).toEqual({
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
        allowed_uris: [],
      },
    })
  })

  it.each<[object, object, number, number, string]>([
    [{}, {}, 900, 86_400, 'the defaults [T6]'],
    [{ session_duration: '8h' }, {}, 900, 28_800, 'the session of the application'],
    [{ session_duration: '8h' }, { session_duration: '336h' }, 900, 1_209_600, 'its own session'],
    [{}, { access_token_lifetime: '5m', session_duration: '24h' }, 300, 86_400, 'both set'],
    [{}, { access_token_lifetime: '1500ms' }, 1, 86_400, 'whole seconds'],
  ])(
    'gives lifetimes in seconds: %j %j is %d and %d, %s [T6, T17]',
    async (members, grant, access, session) => {
      const application = await applicationWith({ ...members, oauth_configuration: { grant } })
      expect(grantLifetimes(application, requireOAuth(application))).toEqual({
        accessTokenLifetimeSeconds: access,
        sessionDurationSeconds: session,
      })
    },
  )
})

const TOGGLES_OFF = { allow_any_on_localhost: false, allow_any_on_loopback: false }

describe('The rules of the account', async () => {
  const localhost = await applicationWith(
    oauthWith({ allow_any_on_localhost: true, allow_any_on_loopback: false }),
  )
  const hosted = await applicationWith(
    oauthWith({ ...TOGGLES_OFF, allowed_uris: ['https://claude.ai/*'] }),
  )
  const off = await applicationWith({
    oauth_configuration: {
      ...oauthWith({ allow_any_on_loopback: true }).oauth_configuration,
      enabled: false,
    },
  })
  const unregistered = await applicationWith(
    oauthWith({ enabled: false, allow_any_on_loopback: true }),
  )
  const without = await applicationWith()
  const account = [without, off, unregistered, localhost, hosted]

  it.each(['http://localhost:8400/callback', 'https://claude.ai/api/mcp/auth_callback'])(
    'allow what any application allows: %s [R15]',
    (uri) => {
      expect(evaluateAccountRules(account, [parseRedirectUri(uri)]).refusal).toBeUndefined()
    },
  )

  it.each([
    [
      'http://127.0.0.1:8400/callback',
      'Managed OAuth or registration is off for the application that allows it',
    ],
    ['https://evil.example/cb', 'no application allows it'],
    ['http://localhost@evil.example/', 'no application allows it'],
  ])('refuse %s: %s [R15]', (uri) => {
    expect(evaluateAccountRules(account, [parseRedirectUri(uri)]).refusal).toBeDefined()
  })

  it('refuse everything if there is no application', () => {
    const uri = parseRedirectUri('http://localhost:8400/callback')
    expect(evaluateAccountRules([], [uri]).refusal).toBeDefined()
  })
})

function requireOAuth(application: Application) {
  const oauth = managedOAuth(application)
  if (!oauth) throw new Error('Managed OAuth is off')
  return oauth
}
