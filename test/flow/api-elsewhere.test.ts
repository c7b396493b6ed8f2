import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCOUNT, type ApiResponse, api } from '../support/api'
import { DashClient, oauthClient, withClients } from '../support/dashboard'
import { ADA, APP, carrying, emulator, stopClock } from '../support/emulator'

stopClock()
const ZONE = `/zones/${'e'.repeat(32)}`
const SCOPES = [
  'dns.read',
  'cache.purge',
  'zone-settings.write',
  'workers-scripts.read',
  'zone.read',
]
const CLIENT = { scopes: SCOPES, optional_scopes: [], grant_types: ['authorization_code'] }
const API_ORIGIN_URL = 'http://stub.example:4000'
const world = emulator(withClients(CLIENT))
const withStub = emulator({ ...withClients(CLIENT), API_ORIGIN_URL })
beforeEach(world.reset)
afterEach(() => {
  vi.restoreAllMocks()
})

type World = typeof world
/** The API of this world as called by an OAuth client with these scopes. */
async function as({ fetch, signIn }: World, scopes: string[], who = ADA) {
  await signIn({ ...who, consent: 'allow' })
  const client = new DashClient(fetch)
  const response = await client.exchange(await client.code({ scope: scopes.join(' ') }))
  await signIn(null)
  const { access_token } = (await response.json()) as { access_token: string }
  return api(carrying(fetch, { authorization: `Bearer ${access_token}` }))
}
const refused = ({ status, body }: ApiResponse<unknown>) => [status, body.errors[0]?.code]
/** The server of API_ORIGIN_URL: records each request and echoes its body. */
function stub() {
  const requests: Pick<Request, 'url' | 'method' | 'headers'>[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input, init)
    requests.push({ url: request.url, method: request.method, headers: request.headers })
    return Response.json({ success: true, result: await request.text() }, { status: 207 })
  })
  return requests
}

describe('A path that is not emulated is judged first: its accepted permissions [V27]', () => {
  const READERS: [path: string, names: string[]][] = [
    [`${ZONE}/dns_records/export`, ['DNS Read', 'DNS Write']],
    [`${ZONE}/settings/ssl`, ['Zone Settings Read', 'Zone Settings Write']],
    [`${ZONE}/settings`, ['Zone Settings Read', 'Zone Settings Write']],
    [`${ZONE}/rulesets/phases/http_request_cache_settings/entrypoint`, ['Cache Settings Read']],
    [`${ZONE}/rulesets`, ['Zone WAF Read', 'Dynamic URL Redirects Write', 'Account Rulesets Read']],
    [`${ACCOUNT}/rulesets`, ['Mass URL Redirects Read', 'Account WAF Write']],
    [`${ACCOUNT}/workers/scripts`, ['Workers Read', 'Workers Tail Read', 'Workers Editor']],
    [`${ACCOUNT}/workers/services/hello`, ['Workers Scripts Read', 'Workers Scripts Write']],
  ]
  const WRITERS: [method: 'post' | 'put' | 'patch' | 'delete', path: string, names: string[]][] = [
    ['post', '/zones', ['Zone Write']],
    ['patch', ZONE, ['Zone Write']],
    ['post', `${ZONE}/dns_records/import`, ['DNS Write']],
    ['post', `${ZONE}/purge_cache`, ['Cache Purge']],
    ['patch', `${ZONE}/settings/ssl`, ['Zone Settings Write']],
    ['put', `${ZONE}/rulesets/x`, ['Zone WAF Write', 'Managed headers Write', 'Logs Write']],
    ['post', `${ACCOUNT}/rulesets`, ['Account Rulesets Write', 'Magic Firewall Write']],
    ['put', `${ACCOUNT}/workers/scripts/hello`, ['Workers Write', 'Workers Editor']],
  ]
  const tokenWith = (permission: string) =>
    api(
      carrying(
        emulator({ API_TOKENS: [{ name: 'x', token: 'x', permissions: [permission] }] }).fetch,
        { authorization: 'Bearer x' },
      ),
    )

  it.each([...READERS.map(([path, names]) => ['get', path, names] as const), ...WRITERS])(
    '%s %s: %j',
    async (method, path, names) => {
      expect(refused(await tokenWith('Radar Read')[method](path))).toEqual([403, 10000])
      for (const name of names) {
        const { status, body } = await tokenWith(name)[method](path)
        expect([name, status, body.errors]).toEqual([
          name,
          404,
          [
            {
              code: 7003,
              message: `${method.toUpperCase()} ${path} is not emulated. The caller was admitted: set API_ORIGIN_URL to a server of your own that responds.`,
            },
          ],
        ])
      }
    },
  )

  it('to read is not to write', async () => {
    for (const [method, path, [name = '']] of WRITERS) {
      const reader = name.replace(/Write$|Purge$/, 'Read')
      if (reader === 'Cache Read') continue
      expect(refused(await tokenWith(reader)[method](path))).toEqual([403, 10000])
    }
  })

  it('the token first: 400, 401 and 403 as on every other path [V10, V12, V24]', async () => {
    const ask = async (headers: Record<string, string>) => {
      const response = await world.fetch(`${APP}/client/v4${ZONE}/settings`, { headers })
      const { errors } = (await response.json()) as ApiResponse<null>['body']
      return [response.status, errors[0]?.code]
    }
    expect(await ask({})).toEqual([400, 9106])
    expect(await ask({ authorization: 'Basic x' })).toEqual([401, 10000])
    expect(
      await ask({ authorization: `Bearer cfoat_${'x'.repeat(43)}.${'x'.repeat(43)}` }),
    ).toEqual([403, 9109])
  })

  it('the scope that an OAuth client was granted, with an event that names what would do', async () => {
    const cloudflare = await as(world, ['dns.read'])
    expect(refused(await cloudflare.post(`${ZONE}/purge_cache`, {}))).toEqual([403, 10000])
    expect(await world.events()).toContainEqual(
      expect.objectContaining({ kind: 'scope-missing', enough: ['cache.purge'] }),
    )
  })

  it('the account that the person chose, by its id or its zone', async () => {
    const accounts = [{ id: 'a'.repeat(32), name: 'A', members: ['grace@example.com'] }]
    const settings = withClients({ ...CLIENT, visibility: 'public' })
    const closed = emulator({ ...settings, ACCOUNTS: accounts, API_ORIGIN_URL })
    const cloudflare = await as(closed, SCOPES)
    const requests = stub()
    for (const path of [`/accounts/${'a'.repeat(32)}/workers/scripts`, `${ZONE}/settings`]) {
      expect(refused(await cloudflare.get(path))).toEqual([403, 10000])
    }
    const elsewhere = `/accounts/${'b'.repeat(32)}/workers/scripts`
    expect(refused(await cloudflare.get(elsewhere))).toEqual([403, 9109])
    expect(requests).toEqual([])
  })

  it('an id of the wrong form first, which is no route [V14]', async () => {
    const { body } = await api(world.fetch).get('/zones/example.com/settings')
    expect(body.errors[0]?.message).toMatch(/^Could not route to/)
  })
})

describe('Another path of Cloudflare’s API is not emulated [V23]', () => {
  it.each([
    [`${ACCOUNT}/d1/database`, 'd1/database is not emulated.'],
    [`${ZONE}/firewall/rules`, 'firewall/rules is not emulated.'],
    [`${ACCOUNT}/access/certificates/x`, 'access/certificates is not emulated.'],
    ['/user/tokens', 'user/tokens is not emulated.'],
    ['/ips', 'ips is not emulated.'],
  ])('%s: the response says so, and the event what to change', async (path, sentence) => {
    const { status, body } = await api(world.fetch).get(path)
    expect([status, body.errors]).toEqual([
      404,
      [
        {
          code: 7003,
          message: `Could not route to ${path}, perhaps your object identifier is invalid? ${sentence}`,
        },
      ],
    ])
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        kind: 'api-call',
        outcome: 'refused',
        why: expect.stringContaining(sentence),
        change: expect.stringContaining('API_ORIGIN_URL'),
      }),
    )
  })

  it.each([
    `${ACCOUNT}/access/apps/a/b/c/d`,
    `${ACCOUNT}/oauth_clients/a/b`,
    `${ZONE}/nothing`,
    '/nothing',
  ])('unlike one that Cloudflare has not either: %s [V14]', async (path) => {
    const { body } = await api(world.fetch).get(path)
    expect(body.errors[0]?.message).toMatch(/invalid\?$/)
  })
})

describe('API_ORIGIN_URL [V28]', () => {
  it('receives what was admitted, with the person, account, client and scopes in headers', async () => {
    const cloudflare = await as(withStub, ['cache.purge', 'dns.read'])
    const requests = stub()
    const { status, body } = await cloudflare.post(`${ZONE}/purge_cache?x=1`, { everything: true })
    expect([status, body]).toEqual([207, { success: true, result: '{"everything":true}' }])
    const [{ url, method, headers } = new Request('http://none')] = requests
    expect([method, url]).toEqual(['POST', `${API_ORIGIN_URL}/client/v4${ZONE}/purge_cache?x=1`])
    const sent = ['person', 'account', 'client', 'scopes'].map((name) =>
      headers.get(`x-emulator-${name}`),
    )
    expect(sent).toEqual([
      ADA.email,
      '0123456789abcdef0123456789abcdef',
      oauthClient().client_id,
      'cache.purge dns.read',
    ])
    expect(headers.get('content-type')).toBe('application/json')
    expect(await withStub.events()).toContainEqual(
      expect.objectContaining({
        kind: 'api-call',
        outcome: 'allowed',
        ...ADA,
        why: `POST /client/v4${ZONE}/purge_cache was admitted and sent to API_ORIGIN_URL.`,
      }),
    )
  })

  it('receives no credential, and no claim of the caller’s own about itself', async () => {
    const requests = stub()
    await withStub.fetch(`${APP}/client/v4${ZONE}/settings`, {
      headers: {
        'x-auth-email': 'grace@example.com',
        'x-auth-key': 'k',
        cookie: 'CF_Session=x',
        'x-emulator-person': 'root@example.com',
        'x-emulator-scopes': 'everything',
      },
    })
    const [{ headers } = new Request('http://none')] = requests
    const names = ['authorization', 'x-auth-email', 'x-auth-key', 'cookie', 'x-emulator-scopes']
    expect(names.filter((name) => headers.has(name))).toEqual([])
    expect(headers.get('x-emulator-person')).toBe('grace@example.com')
  })

  it('receives the permissions of an API token as scopes', async () => {
    const permissions = ['Zone Settings Write', 'Access: Apps and Policies Read']
    const settings = { API_TOKENS: [{ name: 'x', token: 'x', permissions }], API_ORIGIN_URL }
    const requests = stub()
    const { fetch } = emulator(settings)
    await api(carrying(fetch, { authorization: 'Bearer x' })).get(`${ZONE}/settings`)
    expect(requests[0]?.headers.get('x-emulator-scopes')).toBe(
      'zone-settings.write access.read zone-access.read',
    )
    expect(requests[0]?.headers.has('x-emulator-person')).toBe(false)
  })

  it('receives every other path that is not emulated; it judges their scopes itself', async () => {
    const cloudflare = await as(withStub, ['dns.read'])
    const requests = stub()
    expect((await cloudflare.get(`${ACCOUNT}/d1/database`)).status).toBe(207)
    expect(requests.map(({ url }) => new URL(url).pathname)).toEqual([
      `/client/v4${ACCOUNT}/d1/database`,
    ])
  })

  it.each([
    ['is emulated', 'get', `${ACCOUNT}/access/apps`, 200],
    ['is emulated, with another method', 'patch', `${ACCOUNT}/access/apps/x`, 405],
    ['Cloudflare has not', 'get', `${ACCOUNT}/access/apps/a/b/c/d`, 404],
  ] as const)('receives no path that %s', async (_, method, path, status) => {
    const requests = stub()
    expect((await api(withStub.fetch)[method](path)).status).toBe(status)
    expect(requests).toEqual([])
  })

  it('is named if it cannot be reached: 502', async () => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('connection refused'))
    const { status, body } = await api(withStub.fetch).get(`${ZONE}/settings?secret=x`)
    expect([status, body.errors[0]?.message]).toEqual([
      502,
      `API_ORIGIN_URL ${API_ORIGIN_URL} cannot be reached for /client/v4${ZONE}/settings: connection refused`,
    ])
  })
})
