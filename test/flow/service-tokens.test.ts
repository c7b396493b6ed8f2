import { decodeJwt, decodeProtectedHeader } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator, stopClock } from '../support/emulator'
import { NAVIGATION, Person } from '../support/person'
import { ALLOW, cookieOf, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()
const OFF = { oauth_configuration: undefined }
const ON = {}
const STRICT = { strict_service_token_auth: true }
const CLIENT_ID = serviceToken().client_id
const WRONG = credentials(serviceToken({ client_secret: 'cfast_wrong' }))
const OTHER = serviceToken({ id: 'other', client_id: `${'f'.repeat(32)}.access` })

/** An account with one application and one service token. */
function account(
  changes: Record<string, unknown> = { policies: [SERVICE_AUTH] },
  settings: Record<string, unknown> = {},
) {
  return emulator({
    APPLICATIONS: [application(changes)],
    SERVICE_TOKENS: [serviceToken()],
    ...settings,
  })
}
const world = account()
beforeEach(world.reset)

type Seen = { headers: Record<string, string>; claims: Record<string, unknown> }
const whoami = ({ fetch }: typeof world, headers: Record<string, string> = {}) =>
  fetch(`${APP}/whoami`, { headers })
const seen = async (from: typeof world, headers: Record<string, string>) => {
  const response = await whoami(from, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Seen
}
const BEARER = /^Bearer realm="OAuth", error="invalid_token"/

describe('A machine with a service token', () => {
  it('reaches the origin with an assertion that names it and no person [O8]', async () => {
    const { claims } = await seen(world, credentials())
    expect(claims).toEqual({
      type: 'app',
      iat: expect.any(Number),
      exp: expect.any(Number),
      iss: 'http://127.0.0.1:8788',
      sub: '',
      aud: expect.stringMatching(/^[0-9a-f]{64}$/),
      common_name: CLIENT_ID,
      h_INTERNAL_DO_NOT_USE: 'localhost:8788',
    })
  })

  it('has an assertion with typ and the kid of a published key [O8, O10]', async () => {
    const { headers } = await seen(world, credentials())
    const header = decodeProtectedHeader(headers['cf-access-jwt-assertion'] ?? '')
    const certs = await world.fetch(`${APP}/cdn-cgi/access/certs`)
    const { keys } = (await certs.json()) as { keys: { kid: string }[] }
    expect(header).toEqual({ typ: 'JWT', alg: 'RS256', kid: expect.any(String) })
    expect(keys.map(({ kid }) => kid)).toContain(header.kid)
  })

  it('has an assertion that lasts for the session duration plus a second [O9]', async () => {
    const hour = account({ policies: [SERVICE_AUTH], session_duration: '1h' })
    const { exp, iat } = (await seen(hour, credentials())).claims
    expect(Number(exp) - Number(iat)).toBe(3601)
  })

  it('sends the origin neither id nor secret [O4], and no address [O13]', async () => {
    const { headers } = await seen(world, credentials())
    const access = Object.keys(headers).filter((name) => name.startsWith('cf-access'))
    expect(access).toEqual(['cf-access-jwt-assertion'])
  })

  it.each([
    ['of a stranger', 'Bearer not-a-ha-token'],
    ['that is Basic', 'Basic YTpi'],
  ])('keeps its own Authorization %s [O3]', async (_, authorization) => {
    const { headers } = await seen(world, { ...credentials(), authorization })
    expect(headers.authorization).toBe(authorization)
  })

  it.each([
    ['a live one', (token: string) => `Bearer ${token}`],
    ['in other letters', (token: string) => `bearer  ${token}`],
    ['one that is no longer valid', () => `Bearer oauth:${'a'.repeat(65)}`],
  ])(
    'loses an access token of Managed OAuth sent with it: %s [O2, O3] (assumed)',
    async (_, make) => {
      const both = account({ policies: [ALLOW, SERVICE_AUTH] })
      await both.signIn(ADA)
      const { tokens } = await new Client(both.fetch).connect()
      const authorization = make(tokens.access_token)
      const { claims, headers } = await seen(both, { ...credentials(), authorization })
      expect(claims.common_name).toBe(CLIENT_ID)
      expect(headers).not.toHaveProperty('authorization')
    },
  )

  it('keeps all its headers if a policy bypasses Access [O19]', async () => {
    const bypass = { name: 'All', decision: 'bypass', include: [{ everyone: {} }] }
    const authorization = `Bearer oauth:${'a'.repeat(65)}`
    const ORIGIN = {
      fetch: (request: Request) => new Response(request.headers.get('authorization')),
    }
    const response = await whoami(account({ policies: [bypass] }, { ORIGIN }), { authorization })
    expect(await response.text()).toBe(authorization)
  })

  it('gets the same assertion as a cookie [O16]', async () => {
    const response = await whoami(world, credentials())
    const { headers } = (await response.json()) as Seen
    expect(cookieOf(response)).toBe(headers['cf-access-jwt-assertion'])
    expect(response.headers.get('set-cookie')).toMatch(
      /^CF_Authorization=[^;]+; Path=\/; HttpOnly$/,
    )
  })

  it('gets a response that no cache stores, because of its cookie (assumed)', async () => {
    const ORIGIN = {
      fetch: async () => new Response('', { headers: { 'cache-control': 'public, max-age=60' } }),
    }
    const response = await whoami(account({ policies: [SERVICE_AUTH] }, { ORIGIN }), credentials())
    expect(cookieOf(response)).toBeDefined()
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('is admitted with any method, and header names in any case', async () => {
    const headers = {
      'CF-ACCESS-CLIENT-ID': CLIENT_ID,
      'CF-Access-Client-Secret': serviceToken().client_secret,
    }
    expect((await world.fetch(`${APP}/whoami`, { headers })).status).toBe(200)
    const posted = await world.fetch(`${APP}/nothing`, { method: 'POST', headers })
    expect(posted.status).toBe(404) // The demo's own response.
  })

  it('is admitted while Managed OAuth is off', async () => {
    const off = account({ ...OFF, policies: [SERVICE_AUTH] })
    expect((await whoami(off, credentials())).status).toBe(200)
  })

  it('has its forged assertion replaced [O5]', async () => {
    const { headers } = await seen(world, {
      ...credentials(),
      'cf-access-jwt-assertion': 'forged',
      'cf-access-authenticated-user-email': 'root@example.com',
    })
    expect(decodeJwt(headers['cf-access-jwt-assertion'] ?? '').common_name).toBe(CLIENT_ID)
    expect(headers).not.toHaveProperty('cf-access-authenticated-user-email')
  })
})

describe('The cookie of a service login', () => {
  const login = async (from = world) => cookieOf(await whoami(from, credentials())) ?? ''

  it('admits without the service token until its session has expired', async () => {
    const hour = account({ policies: [SERVICE_AUTH], session_duration: '1h' })
    const cookie = `CF_Authorization=${await login(hour)}`
    const { headers, claims } = await seen(hour, { cookie })
    expect(claims.common_name).toBe(CLIENT_ID)
    expect(headers).not.toHaveProperty('cf-access-authenticated-user-email')
    await world.advance('1h1s')
    expect((await whoami(hour, { cookie })).status).toBe(403)
  })

  it.each(['cf-access-token', 'cf-access-jwt-assertion'])(
    'admits as %s too [O14]',
    async (name) => {
      expect((await whoami(world, { [name]: await login() })).status).toBe(200)
    },
  )

  it('does not admit as Authorization [O15]', async () => {
    const authorization = `Bearer ${await login()}`
    expect((await whoami(world, { authorization })).status).toBe(403)
  })

  it.each<[reason: string, settings: Record<string, unknown>, changes: Record<string, unknown>]>([
    ['is turned off', { SERVICE_TOKENS: [serviceToken({ enabled: false })] }, {}],
    ['is deleted', { SERVICE_TOKENS: [] }, {}],
    ['is deleted, while another is valid', { SERVICE_TOKENS: [OTHER] }, {}],
    [
      'is out of the policy',
      {},
      { policies: [{ ...SERVICE_AUTH, include: [{ service_token: { token_id: 'other' } }] }] },
    ],
  ])('is refused once the service token %s', async (_, settings, changes) => {
    const cookie = `CF_Authorization=${await login()}`
    const changed = account({ policies: [SERVICE_AUTH], ...changes }, settings)
    expect((await whoami(changed, { cookie })).status).toBe(403)
  })

  it('is refused by another application', async () => {
    const two = emulator({
      APPLICATIONS: [
        application({ policies: [SERVICE_AUTH] }),
        application({ name: 'Other', domain: 'other.example', policies: [SERVICE_AUTH] }),
      ],
      SERVICE_TOKENS: [serviceToken()],
    })
    const cookie = `CF_Authorization=${await login(two)}`
    const response = await two.fetch('http://other.example/whoami', { headers: { cookie } })
    expect(response.status).toBe(403)
  })

  it('has no identity at get-identity', async () => {
    const cookie = `CF_Authorization=${await login()}`
    const response = await world.fetch(`${APP}/cdn-cgi/access/get-identity`, {
      headers: { cookie },
    })
    expect(response.status).toBe(400)
  })
})

describe('An application with Service Auth only', () => {
  it.each<[reason: string, changes: Record<string, unknown>, headers: Record<string, string>]>([
    ['without a token', OFF, {}],
    ['without a token, as a browser', OFF, { accept: 'text/html', 'sec-fetch-mode': 'navigate' }],
    ['without a token, as a script', OFF, { 'x-requested-with': 'XMLHttpRequest' }],
    ['without a token, as a WebSocket', OFF, { upgrade: 'websocket', connection: 'Upgrade' }],
    ['with a wrong secret [U19]', OFF, WRONG],
    ['with a wrong secret, Managed OAuth on [U19]', ON, WRONG],
  ])('is 403, and names the application: %s [U16]', async (_, changes, headers) => {
    const aud = 'a'.repeat(64)
    const response = await whoami(account({ ...changes, aud, policies: [SERVICE_AUTH] }), headers)
    expect(response.status).toBe(403)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    expect(response.headers.get('cf-access-aud')).toBe(aud)
    expect(response.headers.get('cf-access-domain')).toBe('localhost:8788')
    expect(response.headers.has('location')).toBe(false)
  })

  it('is 403 in JSON if the client accepts JSON [U16]', async () => {
    const aud = 'a'.repeat(64)
    const from = account({ ...OFF, aud, policies: [SERVICE_AUTH] })
    const response = await whoami(from, { accept: 'application/json' })
    expect(response.status).toBe(403)
    expect(response.headers.get('cf-access-aud')).toBe(aud)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      message:
        "Forbidden. You don't have permission to view this. Please contact your system administrator.",
      status_code: 403,
      aud,
      ray_id: expect.stringMatching(/^[0-9a-f]{16}$/),
    })
  })

  it("is 403 for a person's cookie and for their access token's assertion [6.1]", async () => {
    const before = account({ policies: [ALLOW] })
    await before.signIn(ADA)
    const person = await new Person(before.fetch).open(`${APP}/whoami`)
    const cookie = person.cookies('localhost')
    expect((await whoami(before, { cookie })).status).toBe(200)
    expect((await whoami(world, { cookie })).status).toBe(403)
  })

  it('redirects a browser to custom_non_identity_deny_url, but not a machine', async () => {
    const url = 'https://intranet.example/machines-only'
    const from = account({ policies: [SERVICE_AUTH], custom_non_identity_deny_url: url })
    const browser = await whoami(from, { accept: 'text/html', 'sec-fetch-mode': 'navigate' })
    expect(browser.status).toBe(302)
    expect(browser.headers.get('location')).toBe(url)
    expect((await whoami(from, WRONG)).status).toBe(403)
  })

  it('redirects in ASCII, whatever characters the URL contains (RFC 9110 10.2.2)', async () => {
    const url = 'https://intranet.example/b\u00fccher 1'
    const from = account({ policies: [SERVICE_AUTH], custom_non_identity_deny_url: url })
    const browser = await whoami(from, { accept: 'text/html', 'sec-fetch-mode': 'navigate' })
    expect(browser.headers.get('location')).toBe('https://intranet.example/b%C3%BCcher%201')
  })
})

const PAIRS: [reason: string, headers: Record<string, string>][] = [
  ['the secret of another token', { ...credentials(), 'cf-access-client-secret': 'other' }],
  ['no secret', { 'cf-access-client-id': CLIENT_ID }],
  ['an empty secret', { ...credentials(), 'cf-access-client-secret': '' }],
  ['no id', { 'cf-access-client-secret': serviceToken().client_secret }],
  ['an unknown id', { ...credentials(), 'cf-access-client-id': `${'0'.repeat(32)}.access` }],
  [
    'an unknown id and an empty secret',
    { 'cf-access-client-id': 'x', 'cf-access-client-secret': '' },
  ],
  ['an id without its end', { ...credentials(), 'cf-access-client-id': CLIENT_ID.slice(0, 32) }],
  ['an id in upper case', { ...credentials(), 'cf-access-client-id': CLIENT_ID.toUpperCase() }],
  [
    'the secret cut short',
    { ...credentials(), 'cf-access-client-secret': serviceToken().client_secret.slice(0, -1) },
  ],
]

describe('A wrong service token', () => {
  const both = account({ policies: [ALLOW, SERVICE_AUTH] })
  const bothOff = account({ ...OFF, policies: [ALLOW, SERVICE_AUTH] })

  it.each(PAIRS)('is the Bearer challenge with Managed OAuth on: %s [U17]', async (_, headers) => {
    const response = await whoami(both, headers)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(BEARER)
    expect(await response.json()).toMatchObject({ error: 'invalid_token' })
  })

  it.each(PAIRS)('is the way to the login with Managed OAuth off: %s [U18]', async (_, headers) => {
    const response = await whoami(bothOff, headers)
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toContain('/cdn-cgi/access/login/')
    expect(cookieOf(response)).toBeUndefined()
  })

  it('with the id of one and the secret of another is refused', async () => {
    const two = account(undefined, {
      SERVICE_TOKENS: [serviceToken(), { ...OTHER, client_secret: 'another' }],
    })
    const mixed = { ...credentials(), 'cf-access-client-id': OTHER.client_id }
    expect((await whoami(two, mixed)).status).toBe(403)
    expect((await whoami(two, credentials())).status).toBe(200)
  })

  it('is ignored with a valid cookie of a person', async () => {
    await both.signIn(ADA)
    const person = await new Person(both.fetch).open(`${APP}/whoami`)
    const { claims } = await seen(both, { ...WRONG, cookie: person.cookies('localhost') })
    expect(claims.email).toBe('ada@example.com')
  })
})

describe('A service token is valid', () => {
  it('until expires_at, by the emulated clock', async () => {
    const expires_at = new Date(Math.floor(Date.now() / 1000 + 3600) * 1000).toISOString()
    const from = account(undefined, { SERVICE_TOKENS: [serviceToken({ expires_at })] })
    await world.advance('59m59s')
    expect((await whoami(from, credentials())).status).toBe(200)
    await world.advance('1s')
    expect((await whoami(from, credentials())).status).toBe(403)
  })

  it('until expires_at, and so is the cookie of its login', async () => {
    const expires_at = new Date(Math.floor(Date.now() / 1000 + 3600) * 1000).toISOString()
    const from = account(undefined, { SERVICE_TOKENS: [serviceToken({ expires_at })] })
    const cookie = cookieOf(await whoami(from, credentials())) ?? ''
    expect((await whoami(from, { cookie: `CF_Authorization=${cookie}` })).status).toBe(200)
    await world.advance('1h')
    expect((await whoami(from, { cookie: `CF_Authorization=${cookie}` })).status).toBe(403)
  })

  it('while it is enabled', async () => {
    const off = account(undefined, { SERVICE_TOKENS: [serviceToken({ enabled: false })] })
    expect((await whoami(off, credentials())).status).toBe(403)
    expect((await whoami(world, credentials())).status).toBe(200)
  })

  it('while a Service Auth policy includes it: an Allow policy does not suffice', async () => {
    const people = account({ policies: [{ ...ALLOW, include: [{ any_valid_service_token: {} }] }] })
    expect((await whoami(people, credentials())).status).toBe(401)
  })

  it('if the other rules match: the address of the machine', async () => {
    const policy = { ...SERVICE_AUTH, require: [{ ip: { ip: '203.0.113.0/24' } }] }
    const from = account({ policies: [policy] })
    const at = (ip: string) => whoami(from, { ...credentials(), 'cf-connecting-ip': ip })
    expect((await at('203.0.113.7')).status).toBe(200)
    expect((await at('198.51.100.1')).status).toBe(403)
  })
})

describe('An application with an Allow and a Service Auth policy', () => {
  const both = account({ policies: [ALLOW, SERVICE_AUTH] })
  beforeEach(() => both.signIn(ADA))

  it('admits machines and persons, each with their own identity', async () => {
    const machine = await seen(both, credentials())
    const person = await new Person(both.fetch).open(`${APP}/whoami`)
    const client = await new Client(both.fetch).connect()
    const authorization = `Bearer ${client.tokens.access_token}`
    expect(machine.claims.common_name).toBe(CLIENT_ID)
    expect(person.json().claims.email).toBe('ada@example.com')
    expect((await seen(both, { authorization })).claims.email).toBe('ada@example.com')
  })

  it('redirects a browser without a token to the login, and challenges a client for Managed OAuth', async () => {
    await both.signIn(null)
    const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
    expect((await whoami(both, browser)).status).toBe(302)
    expect((await whoami(both)).headers.get('www-authenticate')).toMatch(BEARER)
  })

  it('uses the service token if an access token is sent too, and removes the latter (assumed)', async () => {
    const { tokens } = await new Client(both.fetch).connect()
    const authorization = `Bearer ${tokens.access_token}`
    const { headers, claims } = await seen(both, { ...credentials(), authorization })
    expect(claims.common_name).toBe(CLIENT_ID)
    expect(headers).not.toHaveProperty('authorization')
  })
})

describe('read_service_tokens_from_header [K35]', () => {
  const named = (header: string, settings: Record<string, unknown> = {}) =>
    account({ policies: [SERVICE_AUTH], read_service_tokens_from_header: header }, settings)
  const json = JSON.stringify(credentials())

  it.each(['Authorization', 'X-Machine'])(
    'accepts id and secret as JSON in %s, and removes the header',
    async (name) => {
      const { headers, claims } = await seen(named(name), { [name]: json })
      expect(claims.common_name).toBe(CLIENT_ID)
      expect(headers).not.toHaveProperty(name.toLowerCase())
      expect(JSON.stringify(headers)).not.toContain('cfast_')
    },
  )

  it('is an alternative to the two headers, which stay accepted', async () => {
    const { headers } = await seen(named('X-Machine'), credentials())
    expect(JSON.stringify(headers)).not.toContain('cfast_')
  })

  it('accepts the members in any case', async () => {
    const text = JSON.stringify({
      'CF-Access-Client-Id': CLIENT_ID,
      'CF-Access-Client-Secret': serviceToken().client_secret,
    })
    expect((await whoami(named('X-Machine'), { 'x-machine': text })).status).toBe(200)
  })

  it.each([
    ['the wrong secret', JSON.stringify(WRONG)],
    ['half of it', JSON.stringify({ 'cf-access-client-id': CLIENT_ID })],
    ['no JSON', `${CLIENT_ID}:${serviceToken().client_secret}`],
    ['JSON of another kind', '[1]'],
    ['null', 'null'],
    ['numbers', '{"cf-access-client-id":1,"cf-access-client-secret":2}'],
  ])('refuses %s', async (_, text) => {
    expect((await whoami(named('X-Machine'), { 'x-machine': text })).status).toBe(403)
  })

  it('has no effect on other applications', async () => {
    expect((await whoami(world, { 'x-machine': json })).status).toBe(403)
  })

  it('forwards Authorization if it was not the credential [O3]', async () => {
    const authorization = 'Bearer not-a-ha-token'
    const { headers } = await seen(named('Authorization'), { ...credentials(), authorization })
    expect(headers.authorization).toBe(authorization)
  })

  it('accepts an access token of Managed OAuth in Authorization', async () => {
    const both = account({
      policies: [ALLOW, SERVICE_AUTH],
      read_service_tokens_from_header: 'Authorization',
    })
    await both.signIn(ADA)
    const { tokens } = await new Client(both.fetch).connect()
    const authorization = `Bearer ${tokens.access_token}`
    expect((await seen(both, { authorization })).claims.email).toBe('ada@example.com')
  })
})

describe('service_auth_401_redirect', () => {
  const policies = [ALLOW, SERVICE_AUTH]
  const from = account({ ...OFF, policies, service_auth_401_redirect: true })

  it.each<[reason: string, headers: Record<string, string>]>([
    ['with a wrong secret', WRONG],
    ['with half a token', { 'cf-access-client-id': CLIENT_ID }],
    ['without a token', {}],
  ])('responds 401 instead of the redirect to the login: %s', async (_, headers) => {
    const response = await whoami(from, headers)
    expect(response.status).toBe(401)
    expect(response.headers.has('location')).toBe(false)
  })

  it('responds to a browser with a wrong token as to a machine, and redirects one without', async () => {
    expect((await whoami(from, { ...NAVIGATION, ...WRONG })).status).toBe(401)
    expect((await whoami(from, NAVIGATION)).status).toBe(302)
  })

  it('changes nothing for a machine with its token', async () => {
    expect((await whoami(from, credentials())).status).toBe(200)
  })

  it('changes nothing if no policy is Service Auth', async () => {
    const people = account({ ...OFF, policies: [ALLOW], service_auth_401_redirect: true })
    expect((await whoami(people)).status).toBe(302)
  })
})

describe('strict_service_token_auth of the organization [O20]', () => {
  const strict = (changes: Record<string, unknown>, settings: Record<string, unknown> = {}) =>
    account(changes, { ORGANIZATION: STRICT, ...settings })
  const both = strict({ policies: [ALLOW, SERVICE_AUTH] })

  it('admits a machine, and returns no cookie', async () => {
    const response = await whoami(both, credentials())
    expect(response.status).toBe(200)
    expect(response.headers.has('set-cookie')).toBe(false)
  })

  describe.each<[reason: string, changes: Record<string, unknown>]>([
    ['Managed OAuth off, an Allow policy', { ...OFF, policies: [ALLOW, SERVICE_AUTH] }],
    ['Managed OAuth on, an Allow policy', { policies: [ALLOW, SERVICE_AUTH] }],
    ['Service Auth only', { ...OFF, policies: [SERVICE_AUTH] }],
  ])('%s', (_, changes) => {
    it.each(PAIRS)('responds with 401 to %s, never with a login', async (_, headers) => {
      const response = await whoami(strict(changes), headers)
      expect(response.status).toBe(401)
      expect(response.headers.has('location')).toBe(false)
      expect(cookieOf(response)).toBeUndefined()
    })

    it.each<[reason: string, change: { enabled?: boolean; expires_at?: string }]>([
      ['turned off', { enabled: false }],
      ['over', { expires_at: '2020-01-01T00:00:00Z' }],
    ])('responds 401 to a token that is %s', async (_, change) => {
      const from = strict(changes, { SERVICE_TOKENS: [serviceToken(change)] })
      expect((await whoami(from, credentials())).status).toBe(401)
    })

    it('responds 403 to a valid token that no policy admits', async () => {
      const policies = [
        ALLOW,
        { ...SERVICE_AUTH, include: [{ service_token: { token_id: 'other' } }] },
      ]
      const from = strict({ ...changes, policies })
      expect((await whoami(from, credentials())).status).toBe(403)
    })

    it('responds to a browser with a wrong token as to a machine', async () => {
      const browser = { accept: 'text/html', 'sec-fetch-mode': 'navigate' }
      expect((await whoami(strict(changes), { ...WRONG, ...browser })).status).toBe(401)
    })
  })

  it('ignores the cookie of a person beside a wrong token', async () => {
    await both.signIn(ADA)
    const person = await new Person(both.fetch).open(`${APP}/whoami`)
    const cookie = person.cookies('localhost')
    expect((await whoami(both, { cookie })).status).toBe(200)
    expect((await whoami(both, { ...WRONG, cookie })).status).toBe(401)
  })

  it('ignores an Allow policy for everyone', async () => {
    const people = strict({ policies: [ALLOW] })
    expect((await whoami(people, credentials())).status).toBe(403)
  })

  it('does not affect a Bypass policy', async () => {
    const bypass = strict({ policies: [{ ...ALLOW, decision: 'bypass' }] })
    const response = await whoami(bypass, WRONG)
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
  })

  it('refuses a token in both forms at once', async () => {
    const from = strict({
      policies: [SERVICE_AUTH],
      read_service_tokens_from_header: 'X-Machine',
    })
    const headers = { ...credentials(), 'x-machine': JSON.stringify(credentials()) }
    expect((await whoami(from, headers)).status).toBe(401)
  })

  it('changes nothing for requests without a service token', async () => {
    const off = strict({ ...OFF, policies: [ALLOW, SERVICE_AUTH] })
    expect((await whoami(off)).status).toBe(302)
    expect((await whoami(both)).headers.get('www-authenticate')).toMatch(BEARER)
  })
})
