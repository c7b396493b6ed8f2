import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client, REDIRECT_URI, redirectOf, tokensOf } from '../support/client'
import { ADA, APP, application, emulator, stopClock } from '../support/emulator'
import { ALLOW } from '../support/service-token'

stopClock()
const world = emulator()
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})
afterEach(() => vi.restoreAllMocks())

type Domains = Record<string, [domain: string, ...destinations: string[]]>

/** The name of the application that redirects a request for a URL to the login page, or `none`. */
async function applicationAt(domains: Domains, url: string): Promise<string> {
  const names = Object.keys(domains)
  const audOf = (name: string) => String(names.indexOf(name)).padStart(64, '0')
  const { fetch } = emulator({
    APPLICATIONS: names.map((name) => {
      const [domain, ...uris] = domains[name] ?? []
      const destinations = uris.map((uri) => ({ type: 'public', uri }))
      const off = { oauth_configuration: undefined }
      return application({ name, aud: audOf(name), domain, destinations, ...off })
    }),
  })
  const response = await fetch(url)
  if (response.status !== 302) {
    // Not behind Access: the demo responded, which accepts no identity without an assertion.
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
    return 'none'
  }
  const kid = redirectOf(response).parameters.get('kid')
  return names.find((name) => audOf(name) === kid) ?? 'unknown'
}

describe('The application of a request is found', () => {
  const HOSTS: Domains = { A: ['a.example'], B: ['b.example'], Port: ['c.example:8788'] }
  it.each([
    ['by its host', 'http://a.example/', 'A'],
    ['by its host, another', 'http://b.example/x/y?z', 'B'],
    ['by its host on any port', 'http://a.example:9000/', 'A'],
    ['by its host in any case', 'http://A.EXAMPLE/', 'A'],
    ['not by a host below it', 'http://sub.a.example/', 'none'],
    ['not by a host with that end', 'http://aa.example/', 'none'],
    ['by its port if it names one', 'http://c.example:8788/', 'Port'],
    ['not on another port then', 'http://c.example/', 'none'],
  ])('%s: %s', async (_, url, name) => {
    expect(await applicationAt(HOSTS, url)).toBe(name)
  })

  it.each(['/%6dcp', '//mcp', '/m%63p/x', '/x/../mcp'])(
    'by the normalised path: %s (RFC 3986 6.2.2)',
    async (path) => {
      const domains: Domains = { Mcp: ['a.example/mcp'] }
      expect(await applicationAt(domains, `http://a.example${path}`)).toBe('Mcp')
    },
  )

  const PATHS: Domains = {
    Root: ['a.example'],
    Mcp: ['a.example/mcp'],
    Eng: ['a.example/eng'],
    Exec: ['a.example/eng/exec'],
    Slash: ['a.example/slash/'],
    Only: ['b.example/only'],
  }
  it.each([
    ['by its path', '/mcp', 'Mcp'],
    ['by its path with a slash', '/mcp/', 'Mcp'],
    ['by its path with a query', '/mcp?x=/eng', 'Mcp'],
    ['by a path below its path', '/mcp/a/b', 'Mcp'],
    ['at segment boundaries', '/mcpx', 'Root'],
    ['at segment boundaries, not before one', '/mc', 'Root'],
    ['with the host alone otherwise', '/', 'Root'],
    ['from the start of the path', '/x/mcp', 'Root'],
    ['after dot segments are gone', '/eng/../mcp', 'Mcp'],
    ['by the longest path', '/eng/exec/x', 'Exec'],
    ['by the shorter path if the longer does not match', '/eng/executive', 'Eng'],
    ['with or without a slash at the end of its domain', '/slash', 'Slash'],
    ['with or without a slash at the end of its domain, below', '/slash/x', 'Slash'],
  ])('%s: %s', async (_, path, name) => {
    expect(await applicationAt(PATHS, `http://a.example${path}`)).toBe(name)
  })

  it('is not found outside its path if nothing else covers the host', async () => {
    expect(await applicationAt(PATHS, 'http://b.example/only/x')).toBe('Only')
    expect(await applicationAt(PATHS, 'http://b.example/')).toBe('none')
  })

  it('whatever the order in the settings', async () => {
    const reversed = Object.fromEntries(Object.entries(PATHS).reverse())
    expect(await applicationAt(reversed, 'http://a.example/eng/exec')).toBe('Exec')
    expect(await applicationAt(reversed, 'http://a.example/')).toBe('Root')
  })
})

// Access: documented ("Application paths", wildcards).
describe('A wildcard', () => {
  it.each<[domain: string, covered: string[], notCovered: string[]]>([
    [
      '*.a.example',
      ['alpha.a.example', 'beta.a.example'],
      ['a.example', 'foo.bar.a.example', 'alpha-a.example'],
    ],
    ['*.*.a.example', ['foo.bar.a.example'], ['bar.a.example', 'x.foo.bar.a.example']],
    ['*test.a.example', ['test.a.example', 'alphatest.a.example'], ['beta.test.a.example']],
    ['test*.a.example', ['test.a.example', 'test1.a.example'], ['1test.a.example']],
    ['*', ['a.example', 'foo.bar.a.example', 'localhost'], []],
  ])('in the host covers one level: %s', async (domain, covered, notCovered) => {
    const at = (host: string) => applicationAt({ Wild: [domain] }, `http://${host}/`)
    for (const host of covered) expect([host, await at(host)]).toEqual([host, 'Wild'])
    for (const host of notCovered) expect([host, await at(host)]).toEqual([host, 'none'])
  })

  it.each<[domain: string, covered: string[], notCovered: string[]]>([
    ['a.example/*', ['/', '/alpha', '/alpha/one'], []],
    ['a.example/alpha/*', ['/alpha/one', '/alpha/one/two'], ['/alpha', '/']],
    ['a.example/foo*/bar', ['/foo/bar', '/food/bar', '/food/stuff/bar'], ['/foo', '/bar']],
    ['*.example/mcp', ['/mcp', '/mcp/x'], ['/', '/mcpx']],
  ])('in the path: %s', async (domain, covered, notCovered) => {
    const at = (path: string) => applicationAt({ Wild: [domain] }, `http://a.example${path}`)
    for (const path of covered) expect([path, await at(path)]).toEqual([path, 'Wild'])
    for (const path of notCovered) expect([path, await at(path)]).toEqual([path, 'none'])
  })

  const ALL: Domains = {
    Everything: ['*'],
    Wild: ['*.a.example'],
    Longer: ['*.b.a.example'],
    Exact: ['x.a.example'],
    ExactPath: ['y.a.example/mcp'],
    WildPath: ['*.a.example/mcp/deeper'],
  }
  it.each([
    ['an exact host before a wildcard', 'http://x.a.example/', 'Exact'],
    ['a wildcard before every host', 'http://z.a.example/', 'Wild'],
    ['the longer wildcard before the shorter', 'http://z.b.a.example/', 'Longer'],
    ['every host last', 'http://a.example/', 'Everything'],
    ['an exact host before a longer path', 'http://y.a.example/mcp/deeper', 'ExactPath'],
    ['the longer path among wildcards', 'http://z.a.example/mcp/deeper', 'WildPath'],
    ['an exact host before a path of a wildcard', 'http://x.a.example/mcp/deeper', 'Exact'],
  ])('gives way: %s', async (_, url, name) => {
    expect(await applicationAt(ALL, url)).toBe(name)
  })
})

describe('An application with destinations', () => {
  const DOMAINS: Domains = {
    Many: ['a.example', 'b.example', 'c.example/mcp', '*.d.example'],
    Other: ['b.example/other'],
  }
  it.each([
    ['http://a.example/', 'Many'],
    ['http://b.example/x', 'Many'],
    ['http://c.example/mcp/x', 'Many'],
    ['http://c.example/', 'none'],
    ['http://x.d.example/', 'Many'],
    ['http://b.example/other/x', 'Other'],
  ])('covers each of them: %s is %s', async (url, name) => {
    expect(await applicationAt(DOMAINS, url)).toBe(name)
  })

  const two = emulator({
    APPLICATIONS: [
      application({
        name: 'Many',
        domain: 'localhost',
        destinations: [{ uri: 'second.example' }, { type: 'public', uri: 'third.example/whoami' }],
      }),
      application({ name: 'Other', domain: 'other.example' }),
    ],
  })
  const whoami = (host: string, token: string) =>
    two.fetch(`http://${host}/whoami`, { headers: { authorization: `Bearer ${token}` } })

  it.each(['localhost:8788', 'second.example', 'third.example'])(
    'accepts a token for one of its domains at all of them: issued for %s [T19]',
    async (host) => {
      const client = new Client(two.fetch)
      const { client_id } = await client.register()
      const code = await client.code(client_id, { resource: `http://${host}/whoami` })
      const tokens = await tokensOf(client.exchange(client_id, code))
      const statuses = await Promise.all(
        ['localhost:8788', 'second.example', 'third.example', 'other.example'].map(
          async (each) => (await whoami(each, tokens.access_token)).status,
        ),
      )
      expect(statuses).toEqual([200, 200, 200, 401]) // [T20]
    },
  )

  it('names the requested domain in its metadata [M3, M4]', async () => {
    const resourceAt = async (url: string) => {
      const metadata = await two.fetch(
        url.replace(/\/whoami$/, '/.well-known/cloudflare-access-protected-resource/whoami'),
      )
      return ((await metadata.json()) as { resource: string }).resource
    }
    expect(await resourceAt('http://second.example/whoami')).toBe('http://second.example')
    expect(await resourceAt('http://third.example/whoami')).toBe('http://third.example/whoami')
  })
})

describe('Applications do not share', () => {
  const two = emulator({
    APPLICATIONS: [
      application({ domain: 'localhost' }),
      application({ name: 'Other', domain: 'other.example' }),
    ],
  })
  const OTHER = 'http://other.example'

  it('access tokens: a token of another application is refused [T20]', async () => {
    const { tokens } = await new Client(two.fetch).connect()
    const response = await new Client(two.fetch, OTHER).request('/whoami', tokens.access_token)
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="OAuth", error="invalid_token", error_description="Missing or invalid access token", resource_metadata="${OTHER}/.well-known/cloudflare-access-protected-resource/whoami"`,
    )
  })

  it('refreshes: the resource of another application is refused, and the grant is unchanged', async () => {
    const client = new Client(two.fetch)
    const { clientId, tokens } = await client.connect()
    const response = await client.refresh(clientId, tokens.refresh_token, { resource: OTHER })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_target' })
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('audiences: each assertion is for its own application', async () => {
    const audience = async (app: string) => {
      const client = new Client(two.fetch, app)
      const { tokens } = await client.connect()
      const seen = await (await client.request('/whoami', tokens.access_token)).json()
      return (seen as { claims: { aud: string[] } }).claims.aud
    }
    const [one, other] = [await audience(APP), await audience(OTHER)]
    expect([...one, ...other]).toHaveLength(2)
    expect(one).not.toEqual(other)
  })

  it('lifetimes: each has its own', async () => {
    const short = application({
      name: 'Short',
      domain: 'short.example',
      oauth_configuration: {
        dynamic_client_registration: { allow_any_on_localhost: true },
        grant: { access_token_lifetime: '1m' },
      },
    })
    const { fetch } = emulator({ APPLICATIONS: [application({ domain: 'localhost' }), short] })
    const one = await new Client(fetch).connect()
    const other = await new Client(fetch, 'http://short.example').connect()
    expect([one.tokens.expires_in, other.tokens.expires_in]).toEqual([900, 60])
  })
})

describe('An application at a path', () => {
  const { fetch } = emulator({
    APPLICATIONS: [
      application({ name: 'Path', domain: 'localhost/whoami' }),
      application({ name: 'Host', domain: 'localhost' }),
    ],
  })
  const RESOURCE = `${APP}/whoami`
  const METADATA = `${APP}/.well-known/cloudflare-access-protected-resource`

  it('is its own resource, with its path [M4], beside that of the host [M3]', async () => {
    const resource = async (path: string) =>
      ((await (await fetch(METADATA + path)).json()) as { resource: string }).resource
    expect(await resource('/whoami')).toBe(RESOURCE)
    expect(await resource('/whoami/deeper')).toBe(RESOURCE)
    expect(await resource('/whoami-not')).toBe(APP)
    expect(await resource('/')).toBe(APP)
  })

  it('is challenged with the path of the request [U4]', async () => {
    const response = await fetch(`${RESOURCE}/deeper`)
    expect(response.headers.get('www-authenticate')).toContain(`"${METADATA}/whoami/deeper"`)
  })

  it('issues tokens for itself [A7, T5], and refuses those of the host [T20]', async () => {
    const client = new Client(fetch)
    const { client_id } = await client.register()
    const tokensFor = async (resource: string) => {
      const code = await client.code(client_id, { resource })
      return await tokensOf(client.exchange(client_id, code))
    }
    const [path, host] = [await tokensFor(RESOURCE), await tokensFor(APP)]
    expect([path.resource, host.resource]).toEqual([RESOURCE, `${APP}/`])
    await expect(client.request('/whoami', path.access_token)).toBeAdmitted()
    await expect(client.request('/whoami', host.access_token)).not.toBeAdmitted()
    await expect(client.request('/nothing', path.access_token)).not.toBeAdmitted()
    expect((await client.request('/nothing', host.access_token)).status).toBe(404) // The demo's.
  })
})

describe('An application with a Bypass policy at a path of a gated host', () => {
  const BYPASS = { ...ALLOW, name: 'Public', decision: 'bypass' }
  const { fetch } = emulator({
    APPLICATIONS: [
      application({ domain: 'localhost' }),
      application({ name: 'Public', domain: 'localhost/public', policies: [BYPASS] }),
      application({ name: 'Gated again', domain: 'localhost/public/private' }),
    ],
  })

  it.each(['/public', '/public/', '/public/logo.png'])(
    'reaches the origin without an assertion: %s [O19]',
    async (path) => {
      const response = await fetch(APP + path)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ error: 'no_assertion' }) // The demo's response.
    },
  )

  it.each(['GET', 'POST', 'DELETE'])('admits %s without a credential', async (method) => {
    const response = await fetch(`${APP}/public/x`, { method })
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
  })

  it.each(['/', '/publicly', '/PUBLIC-not', '/public/private', '/public/private/x'])(
    'opens nothing else: %s',
    async (path) => {
      expect((await fetch(APP + path)).status).toBe(401)
    },
  )

  it('forwards no assertion, even with a token for the host or a forged assertion', async () => {
    const { tokens } = await new Client(fetch).connect()
    for (const headers of [
      { authorization: `Bearer ${tokens.access_token}` },
      { 'cf-access-jwt-assertion': 'forged' },
    ] as Record<string, string>[]) {
      const response = await fetch(`${APP}/public/x`, { headers })
      expect(await response.json()).toMatchObject({ error: 'no_assertion' })
    }
  })

  it('may cover the host, with a protected path below it', async () => {
    const { fetch } = emulator({
      APPLICATIONS: [
        application({ name: 'Public', domain: 'localhost', policies: [BYPASS] }),
        application({ name: 'Admin', domain: 'localhost/admin' }),
      ],
    })
    expect(await (await fetch(APP)).json()).toMatchObject({ error: 'no_assertion' })
    expect((await fetch(`${APP}/admin`)).status).toBe(401)
  })
})

describe('Redirect rules of several applications', () => {
  const rules = (dynamic_client_registration: Record<string, unknown>, enabled = true) => ({
    oauth_configuration: {
      enabled,
      dynamic_client_registration: {
        allow_any_on_localhost: false,
        allow_any_on_loopback: false,
        ...dynamic_client_registration,
      },
    },
  })
  const LOOPBACK = 'http://127.0.0.1:1234/callback'
  const LISTED = 'https://listed.example/callback'
  const { fetch } = emulator({
    APPLICATIONS: [
      application({ domain: 'localhost', ...rules({ allow_any_on_localhost: true }) }),
      application({ name: 'B', domain: 'b.example', ...rules({ allow_any_on_loopback: true }) }),
      application({ name: 'C', domain: 'c.example', ...rules({ allowed_uris: [LISTED] }) }),
      application({
        name: 'Off',
        domain: 'off.example',
        ...rules({ allowed_uris: ['https://off.example/callback'] }, false),
      }),
      application({
        name: 'No registration',
        domain: 'closed.example',
        ...rules({ enabled: false, allowed_uris: ['https://closed.example/callback'] }),
      }),
    ],
  })
  const client = new Client(fetch)
  const RESOURCES = { A: `${APP}/`, B: 'http://b.example/', C: 'http://c.example/' }

  it.each([
    ['what the first allows', [REDIRECT_URI], 201],
    ['what the second allows', [LOOPBACK], 201],
    ['what each of three allows', [REDIRECT_URI, LOOPBACK, LISTED], 201],
    ['what none allows', ['https://evil.example/callback'], 400],
    ['one that none allows among others [R6]', [REDIRECT_URI, 'https://evil.example/'], 400],
    [
      'what only an application with Managed OAuth off allows',
      ['https://off.example/callback'],
      400,
    ],
    [
      'what only an application without registration allows',
      ['https://closed.example/callback'],
      400,
    ],
  ])('are combined at registration: %s [R15]', async (_, redirect_uris, status) => {
    expect((await client.registration({ redirect_uris })).status).toBe(status)
  })

  it.each([
    ['A', REDIRECT_URI, ['A']],
    ['B', LOOPBACK, ['B']],
    ['C', LISTED, ['C']],
  ])(
    "are the application's own at authorization: only %s accepts %s [A4]",
    async (_, uri, takers) => {
      const { client_id } = await client.register({
        redirect_uris: [REDIRECT_URI, LOOPBACK, LISTED],
      })
      const answers = await Promise.all(
        Object.entries(RESOURCES).map(async ([name, resource]) => {
          const response = await client.authorization(client_id, { resource, redirect_uri: uri })
          const { to, parameters } = redirectOf(response)
          expect([response.status, to]).toEqual([302, uri])
          return [name, parameters.get('error_description') ?? 'a code']
        }),
      )
      const refused = 'Redirect URI not allowed by application configuration'
      expect(answers).toEqual(
        Object.keys(RESOURCES).map((name) => [name, takers.includes(name) ? 'a code' : refused]),
      )
    },
  )
})

describe('Each application', () => {
  it('can have an origin of its own; ORIGIN_URL is for the others', async () => {
    const { fetch } = emulator({
      ORIGIN_URL: 'http://origin.example:3000',
      APPLICATIONS: [
        application({ domain: 'localhost', origin_url: 'http://one.example:3001' }),
        application({ name: 'Two', domain: 'two.example' }),
      ],
    })
    const asked: string[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (request) => {
      asked.push(new Request(request).url)
      return new Response('from the origin')
    })
    for (const app of [APP, 'http://two.example']) {
      const client = new Client(fetch, app)
      const { tokens } = await client.connect()
      const response = await client.request('/path?query', tokens.access_token)
      expect(await response.text()).toBe('from the origin')
    }
    expect(asked).toEqual([
      'http://one.example:3001/path?query',
      'http://origin.example:3000/path?query',
    ])
  })

  it.each<[member: string, changes: Record<string, unknown>]>([
    ['domain', { domain: 'a.example' }],
    ['aud', { domain: 'b.example', aud: 'a'.repeat(64) }],
    ['id', { domain: 'b.example', id: '11111111-2222-4333-8444-555555555555' }],
    ['destinations', { domain: 'b.example', destinations: [{ uri: 'a.example' }] }],
  ])('needs a unique %s: the settings error names it', async (member, changes) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const one = {
      domain: 'a.example',
      aud: 'a'.repeat(64),
      id: '11111111-2222-4333-8444-555555555555',
    }
    const { fetch } = emulator({
      APPLICATIONS: [application(one), application({ name: 'Two', ...changes })],
    })
    const response = await fetch(APP)
    expect(response.status).toBe(500)
    expect(((await response.json()) as { error_description: string }).error_description).toContain(
      `APPLICATIONS[1].${member}`,
    )
    expect(log).toHaveBeenCalled()
  })
})
