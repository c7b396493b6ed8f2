import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Application,
  applicationAt,
  applicationSchema,
  grantLifetimes,
  isAllowedByAccount,
  managedOAuth,
} from '../../src/access/application'
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
  ])('is none where no domain covers it: %s, %s', async (domain, url) => {
    expect(applicationAt([await applicationWith({ domain })], new URL(url))).toBeUndefined()
    expect(applicationAt([], new URL(url))).toBeUndefined()
  })
})

describe('An application', () => {
  it('needs no more than a name and a domain', () => {
    expect(applicationSchema.parse({ name: 'Demo', domain: '*' })).toEqual({
      name: 'Demo',
      domain: '*',
      type: 'self_hosted',
      destinations: [],
      session_duration: '24h',
      policies: [],
      allowed_idps: [],
      auto_redirect_to_identity: false,
      http_only_cookie_attribute: true,
      path_cookie_attribute: false,
      service_auth_401_redirect: false,
      options_preflight_bypass: false,
    })
  })

  it.each([
    [{ name: '' }, ['name']],
    [{ name: undefined }, ['name']],
    [{ domain: 'https://localhost' }, ['domain']],
    [{ domain: undefined }, ['domain']],
    [{ id: '1' }, ['id']],
    [{ aud: 'A'.repeat(64) }, ['aud']],
    [{ aud: 'a'.repeat(63) }, ['aud']],
    [{ type: 'saas' }, ['type']],
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
  ])('is refused by the name of its wrong member: %j', (members, path) => {
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
  ])('has no members that we do not know: %j', (members, path, key) => {
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

  it('are the same at every start: clients and tokens outlive it', async () => {
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

  it('are left alone where it says them', async () => {
    const said = { id: 'f174e90a-fafe-4643-bbbc-4a0ed4fc8415', aud: '0f'.repeat(32) }
    expect(await applicationWith(said)).toMatchObject(said)
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

  it('is on with oauth_configuration, which has the documented defaults', async () => {
    expect(managedOAuth(await applicationWith({ oauth_configuration: {} }))).toEqual({
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: false,
        allow_any_on_loopback: false,
        allowed_uris: [],
      },
      grant: { access_token_lifetime: '15m' },
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

describe('The rules of the account', async () => {
  const localhost = await applicationWith(oauthWith({ allow_any_on_localhost: true }))
  const hosted = await applicationWith(oauthWith({ allowed_uris: ['https://claude.ai/*'] }))
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
      expect(isAllowedByAccount(account, uri)).toBe(true)
    },
  )

  it.each([
    ['http://127.0.0.1:8400/callback', 'Managed OAuth or registration is off where it is allowed'],
    ['https://evil.example/cb', 'no application allows it'],
    ['http://localhost@evil.example/', 'no application allows it'],
  ])('refuse %s: %s [R15]', (uri) => {
    expect(isAllowedByAccount(account, uri)).toBe(false)
  })

  it('refuse everything where there is no application', () => {
    expect(isAllowedByAccount([], 'http://localhost:8400/callback')).toBe(false)
  })
})

function requireOAuth(application: Application) {
  const oauth = managedOAuth(application)
  if (!oauth) throw new Error('Managed OAuth is off')
  return oauth
}
