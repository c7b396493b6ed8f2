import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { APP, application, emulator } from '../support/emulator'
import { NAVIGATION, Person } from '../support/person'

const PUBLIC = 'https://tunnel.example'
const TOKEN = 'a-token-of-sixteen-characters'
const HOSTED = ['https://claude.ai/api/mcp/auth_callback', 'https://chatgpt.com/connector/oauth/*']
const open = application({
  oauth_configuration: { dynamic_client_registration: { allowed_uris: HOSTED } },
})
const settings = { PUBLIC_URL: PUBLIC, EMULATOR_TOKEN: TOKEN, APPLICATIONS: [open] }
const world = emulator(settings)
const owner = { authorization: `Bearer ${TOKEN}` }
beforeEach(() => emulator().reset())

type Json = Record<string, unknown>
const json = async (response: Response) => (await response.json()) as Json
const get = (url: string, headers: Record<string, string> = {}) => world.fetch(url, { headers })

// What reaches the emulator: tunnels keep or replace `Host`, and end TLS.
const ARRIVING = [
  'http://tunnel.example',
  'https://tunnel.example',
  'http://localhost:8788',
  'http://127.0.0.1:8788',
]

describe('PUBLIC_URL', () => {
  it.each(ARRIVING)(
    'is the application and the issuer of a request that arrives at %s',
    async (at) => {
      const challenged = await get(`${at}/mcp`)
      const metadataUrl = `${PUBLIC}/.well-known/cloudflare-access-protected-resource/mcp`
      expect(challenged.headers.get('www-authenticate')).toContain(
        `resource_metadata="${metadataUrl}"`,
      )
      expect((await json(challenged)).resource_metadata).toBe(metadataUrl)
      const resource = await json(await get(metadataUrl.replace(PUBLIC, at)))
      expect(resource).toMatchObject({ resource: PUBLIC, authorization_servers: [PUBLIC] })
      const server = await json(await get(`${at}/.well-known/oauth-authorization-server`))
      expect(server).toMatchObject({
        issuer: PUBLIC,
        token_endpoint: `${PUBLIC}/.access/oauth/token`,
      })
      expect(JSON.stringify([resource, server])).not.toMatch(/localhost|127\.0\.0\.1|http:/)
    },
  )

  it('leaves TEAM_DOMAIN as it is if it names a second public host', async () => {
    const two = emulator({ ...settings, TEAM_DOMAIN: 'team.example' })
    const server = await json(
      await two.fetch('http://team.example/.well-known/oauth-authorization-server'),
    )
    expect(server.issuer).toBe('https://team.example')
  })

  it.each([
    [PUBLIC, []],
    ['https://other.example', [`${PUBLIC}/mcp`]],
  ])(
    'is a host of this emulator, whatever host is the issuer: resource %s',
    async (at, expected) => {
      const two = emulator({ ...settings, TEAM_DOMAIN: 'team.example' })
      const client = new Client(two.fetch, PUBLIC, 'http://team.example', '/.access')
      const redirect = 'https://claude.ai/api/mcp/auth_callback'
      const { client_id } = await client.register({ redirect_uris: [redirect] })
      await client.authorization(client_id, { redirect_uri: redirect, resource: `${at}/mcp` })
      const events = await json(await two.fetch(`${PUBLIC}/_emulator/events`, { headers: owner }))
      const foreign = (events.events as Json[]).filter(({ kind }) => kind === 'foreign-resource')
      expect(foreign.map((each) => each.expected)).toEqual(expected)
    },
  )

  it('lets a hosted client connect, for a person who is signed in to the console', async () => {
    const redirect = 'https://claude.ai/api/mcp/auth_callback'
    const registered = await world.fetch(`${PUBLIC}/.access/oauth/registration`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirect], token_endpoint_auth_method: 'none' }),
    })
    expect(registered.status).toBe(201)
    const cookie = await signedIn()
    const login = await get(
      `${PUBLIC}/.access/oauth/authorization?${new URLSearchParams({
        response_type: 'code',
        client_id: String((await json(registered)).client_id),
        redirect_uri: redirect,
        state: 's',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        resource: `${PUBLIC}/mcp`,
      })}`,
      { ...NAVIGATION, cookie },
    )
    const page = await get(login.headers.get('location') ?? '', { ...NAVIGATION, cookie })
    expect(await page.text()).toContain('ada@example.com')
  })

  it.each([
    ['without EMULATOR_TOKEN', { PUBLIC_URL: PUBLIC }, 'expected the setting EMULATOR_TOKEN'],
    ['with a path', { ...settings, PUBLIC_URL: `${PUBLIC}/x` }, 'expected an http or https origin'],
    ['that is no URL', { ...settings, PUBLIC_URL: 'tunnel' }, 'expected an http or https origin'],
    [
      'of Cloudflare Access',
      { ...settings, PUBLIC_URL: 'https://x.cloudflareaccess.com' },
      'expected an http or https origin',
    ],
  ])('is refused %s', async (_, wrong, expected) => {
    const response = await emulator(wrong).fetch(`${APP}/mcp`)
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.stringContaining(expected),
    ])
  })
})

/** The cookie of a browser that is signed in to the console. */
async function signedIn(): Promise<string> {
  const response = await world.fetch(`${PUBLIC}/_emulator/sign-in`, {
    method: 'POST',
    headers: { origin: PUBLIC, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ token: TOKEN }).toString(),
  })
  expect(response.status).toBe(303)
  const cookie = response.headers.getSetCookie()[0] ?? ''
  expect(cookie).toContain('Secure')
  return cookie.split(';')[0] ?? ''
}

// A stranger chooses the host and every header.
const HOSTS = [
  'http://tunnel.example',
  'http://localhost:8788',
  'http://LOCALHOST',
  'http://localhost.:8788',
  'http://127.0.0.1',
  'http://127.1.2.3:8788',
  'http://[::1]:8788',
  'http://app.localhost',
  'http://host.docker.internal',
  'http://attacker.example',
]
const HEADERS: Record<string, string>[] = [
  {},
  { 'cf-connecting-ip': '127.0.0.1' },
  { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
  { 'x-forwarded-host': 'localhost:8788', 'x-forwarded-proto': 'http' },
  { forwarded: 'for=127.0.0.1;host=localhost;proto=http' },
  { 'mf-original-url': 'http://localhost:8788/_emulator/state' },
  { origin: 'http://localhost:8788', referer: 'http://localhost:8788/_emulator/' },
  { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' },
  { authorization: 'Bearer wrong' },
  { cookie: 'CF_Emulator_Control=forged' },
]
const stranger = emulator({ ...settings, LOCAL_HOSTS: ['host.docker.internal'] })

describe('A stranger on the internet', () => {
  const everywhere = HOSTS.flatMap((host) => HEADERS.map((headers) => ({ host, headers })))

  it.each(['state', 'events', 'urls', 'clock', 'in-effect', 'openapi.json', 'console/state', ''])(
    'cannot read /_emulator/%s, with any Host and header',
    async (path) => {
      for (const { host, headers } of everywhere) {
        const response = await stranger.fetch(`${host}/_emulator/${path}`, { headers })
        const isSignIn = response.headers.get('location') === '/_emulator/sign-in'
        expect([host, headers, response.status === 401 || isSignIn]).toEqual([host, headers, true])
      }
    },
  )

  it.each([
    ['POST', 'reset'],
    ['PUT', 'state'],
    ['POST', 'tokens'],
    ['POST', 'assertions'],
    ['POST', 'check-origin'],
    ['PUT', 'auto-sign-in'],
  ])('cannot send %s /_emulator/%s', async (method, path) => {
    const body = '{"email":"ada@example.com"}'
    for (const { host, headers } of everywhere) {
      const response = await stranger.fetch(`${host}/_emulator/${path}`, { method, headers, body })
      expect([host, headers, response.status]).toEqual([host, headers, 401])
    }
  })

  it('cannot use the API with any token', async () => {
    for (const { host, headers } of everywhere) {
      const sent = { authorization: 'Bearer any', ...headers }
      const response = await stranger.fetch(`${host}/client/v4/accounts`, { headers: sent })
      expect([host, headers, response.status]).toEqual([host, headers, 403])
    }
  })

  it('sees no person to pick, and cannot send the form that picks one', async () => {
    const { host } = new URL(PUBLIC)
    for (const at of ARRIVING) {
      const person = await new Person(stranger.fetch, [host, new URL(at).host]).open(`${at}/whoami`)
      expect(person.page?.text).toContain('Picking a person is off on this host')
      expect(person.page?.html.toString()).not.toContain('ada@example.com')
      // The page has no form; its cookie has the nonce that a form would have.
      const cookie = person.cookies(host)
      const nonce = cookie.match(/CF_Access_Login=([^;]+)/)?.[1] ?? ''
      expect(nonce).not.toBe('')
      const picked = await stranger.fetch(person.page?.url ?? '', {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ nonce, email: 'ada@example.com' }).toString(),
      })
      expect([picked.status, picked.headers.get('set-cookie')]).toEqual([400, null])
    }
  })

  it('is not signed in to the console by a form of another site', async () => {
    for (const origin of ['http://localhost:8788', 'https://attacker.example', 'null']) {
      const response = await stranger.fetch(`${PUBLIC}/_emulator/sign-in`, {
        method: 'POST',
        headers: { origin, 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ token: TOKEN }).toString(),
      })
      expect(response.status).toBe(403)
    }
  })

  it('cannot have a response name another host, by a path that looks like one', async () => {
    for (const path of ['//attacker.example/x', '/\\attacker.example/x', '/@attacker.example']) {
      const response = await stranger.fetch(`http://localhost:8788${path}`)
      expect(response.headers.get('www-authenticate')).toContain(
        `resource_metadata="${PUBLIC}/.well-known/`,
      )
    }
  })

  it('learns from a health check that the emulator runs, and nothing else', async () => {
    const response = await stranger.fetch(`${PUBLIC}/_emulator/healthz`)
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  })
})

describe('The owner', () => {
  it('controls the emulator with EMULATOR_TOKEN', async () => {
    const urls = await json(await get(`${PUBLIC}/_emulator/urls`, owner))
    expect(urls).toMatchObject({
      application: PUBLIC,
      mcp_server: `${PUBLIC}/mcp`,
      team_domain: PUBLIC,
      issuer: PUBLIC,
      api: `${PUBLIC}/client/v4`,
    })
  })

  it('gets tokens for the public resource', async () => {
    const withLocal = emulator({ ...settings, APPLICATIONS: [application()] })
    const response = await withLocal.fetch(`${PUBLIC}/_emulator/tokens`, {
      method: 'POST',
      headers: { ...owner, 'content-type': 'application/json' },
      body: '{"email":"ada@example.com"}',
    })
    const { access_token: token, resource } = await json(response)
    expect(resource).toBe(`${PUBLIC}/mcp`)
    const used = await withLocal.fetch('http://tunnel.example/whoami', {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(((await json(used)).claims as Json).iss).toBe(PUBLIC)
  })
})
