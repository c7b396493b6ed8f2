import { describe, expect, it } from 'vitest'
import { APP, application, emulator, stopClock, TEAM } from '../support/emulator'

stopClock()
const { advance, fetch, reset } = emulator()
const off = emulator({ APPLICATIONS: [application({ oauth_configuration: { enabled: false } })] })
const OWN = '/.well-known/cloudflare-access-protected-resource'
const STANDARD = '/.well-known/oauth-protected-resource'
const SERVER = '/.well-known/oauth-authorization-server'

type Resource = { resource: string; authentication_methods: { name: string }[] }
const json = async <T>(response: Response | Promise<Response>) => (await response).json() as T

describe('Protected-resource metadata', () => {
  it.each([
    [OWN, 'on', fetch],
    [`${OWN}/`, 'on', fetch],
    [`${OWN}/mcp`, 'on', fetch],
    [STANDARD, 'on [M7]', fetch],
    [`${STANDARD}/mcp`, 'on [M7]', fetch],
    [OWN, 'off', off.fetch],
    [`${OWN}/mcp`, 'off', off.fetch],
  ])('is served at %s without credentials, Managed OAuth %s [M1]', async (path, _, fetch) => {
    const response = await fetch(APP + path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json')
  })

  it('names the resource, the team and one authorization server [M2]', async () => {
    expect(await json(fetch(APP + OWN))).toMatchObject({
      resource: APP,
      protected: true,
      team_domain: '127.0.0.1:8788',
      authorization_servers: [TEAM],
    })
  })

  it('has the host without a trailing slash as the resource of a hostname application, whatever the path [M3]', async () => {
    expect((await json<Resource>(fetch(`${APP}${OWN}/api/whoami`))).resource).toBe(APP)
    expect((await json<Resource>(fetch(`${APP}${OWN}/`))).resource).toBe(APP)
  })

  it("has the host and path as a path application's resource [M4]", async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ domain: 'localhost/mcp' })] })
    expect((await json<Resource>(fetch(`${APP}${OWN}/mcp/deeper`))).resource).toBe(`${APP}/mcp`)
  })

  it.each([
    ['cloudflared alone while Managed OAuth is off [M5]', off.fetch, ['cloudflared']],
    ['oauth too while it is on [M6]', fetch, ['oauth', 'cloudflared']],
  ])('lists %s', async (_, fetch, names) => {
    const { authentication_methods: methods } = await json<Resource>(fetch(APP + OWN))
    expect(methods.map(({ name }) => name)).toEqual(names)
  })

  it.each(['//', '//other.example/x', '//['])(
    'describes this host, whatever the path: %s',
    async (path) => {
      const response = await fetch(`${APP}${OWN}${path}`)
      expect(response.status).toBe(200)
      expect(await json<Resource>(response)).toMatchObject({ resource: APP })
    },
  )

  it('has no standard name while Managed OAuth is off [M8]', async () => {
    const response = await off.fetch(APP + STANDARD)
    expect(response.status).toBe(302)
  })
})

const DOCUMENT = {
  issuer: TEAM,
  authorization_endpoint: `${TEAM}/cdn-cgi/access/oauth/authorization`,
  token_endpoint: `${TEAM}/cdn-cgi/access/oauth/token`,
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
  revocation_endpoint: `${TEAM}/cdn-cgi/access/oauth/revoke`,
  registration_endpoint: `${TEAM}/cdn-cgi/access/oauth/registration`,
  code_challenge_methods_supported: ['S256'],
}

describe('Authorization-server metadata', () => {
  it.each([
    ['the team domain [M9]', TEAM + SERVER],
    ['the team domain, with a path', `${TEAM}${SERVER}/mcp`],
    ["the application's host, issuer and all [M10]", APP + SERVER],
    ["the application's host, with a path (assumed)", `${APP}${SERVER}/mcp`],
  ])('is the same document on %s [M12-M14, M16]', async (_, url) => {
    expect(await json(fetch(url))).toEqual(DOCUMENT)
  })

  it("is served on the team domain while Managed OAuth is off everywhere [M9], and not on the application's host [M11]", async () => {
    expect((await off.fetch(TEAM + SERVER)).status).toBe(200)
    expect((await off.fetch(APP + SERVER)).status).toBe(302)
  })

  it.each([
    ['Managed OAuth is off', { oauth_configuration: { enabled: false } }],
    [
      'dynamic registration is off',
      { oauth_configuration: { dynamic_client_registration: { enabled: false } } },
    ],
  ])('has no registration_endpoint while %s everywhere [M15]', async (_, changes) => {
    const { fetch } = emulator({ APPLICATIONS: [application(changes)] })
    const { registration_endpoint: _registration, ...rest } = DOCUMENT
    expect(await json(fetch(TEAM + SERVER))).toEqual(rest)
  })

  it('has TEAM_DOMAIN as the issuer, with its own port or the port of the request [M12]', async () => {
    const named = emulator({ TEAM_DOMAIN: 'localhost:9000' })
    expect(await json(named.fetch(APP + SERVER))).toMatchObject({ issuer: 'http://localhost:9000' })
    const portless = emulator({ TEAM_DOMAIN: 'team.example' })
    expect(
      await json(portless.fetch('http://localhost:1234/.well-known/oauth-authorization-server')),
    ).toMatchObject({
      issuer: 'http://team.example:1234',
    })
  })

  it("shares the application's origin if TEAM_DOMAIN is its host", async () => {
    const { fetch } = emulator({ TEAM_DOMAIN: 'localhost' })
    expect(await json(fetch(APP + SERVER))).toMatchObject({ issuer: APP })
    expect((await fetch(`${APP}/mcp`)).status).toBe(401)
  })
})

describe('Documents requested by a web page [M17]', () => {
  const origin = 'https://playground.ai.cloudflare.com'

  it.each([
    [OWN, APP],
    [`${OWN}/mcp`, APP],
    [STANDARD, APP],
    [SERVER, APP],
    [SERVER, TEAM],
    ['/cdn-cgi/access/certs', TEAM],
    ['/.access/certs', APP],
  ])('are readable from any origin: %s at %s', async (path, host) => {
    const response = await fetch(host + path, { headers: { origin } })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })

  it.each([
    [`${APP}${OWN}/mcp`],
    [APP + SERVER],
    [TEAM + SERVER],
    [`${TEAM}/.access/oauth/token`],
    [`${TEAM}/.access/oauth/registration`],
    [`${TEAM}/.access/oauth/revoke`],
  ])('allow the headers that MCP clients send: %s', async (url) => {
    const response = await fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, mcp-protocol-version',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toMatch(
      /content-type, ?mcp-protocol-version/,
    )
  })

  it.each([
    ['names /.access to a page of another origin', APP, { origin }, '/.access'],
    ['names /.access to a page without an origin', APP, { origin: 'null' }, '/.access'],
    [
      'names /.access on a host that is not local',
      'http://host.docker.internal:8788',
      {},
      '/.access',
    ],
    [
      'names the faithful path to a local page',
      APP,
      { origin: 'http://localhost:3000' },
      '/cdn-cgi/access',
    ],
    ['names the faithful path to a client', APP, {}, '/cdn-cgi/access'],
  ])('%s', async (_, host, headers, path) => {
    const response = await fetch(host + SERVER, { headers })
    expect(response.headers.get('vary')).toContain('Origin')
    expect(await json(response)).toMatchObject({
      token_endpoint: `${TEAM}${path}/oauth/token`,
    })
  })

  it('use the path of ACCESS_PATH', async () => {
    const { fetch } = emulator({ ACCESS_PATH: '/.access' })
    expect(await json(fetch(TEAM + SERVER))).toMatchObject({
      token_endpoint: `${TEAM}/.access/oauth/token`,
    })
  })
})

describe("Access's own paths", () => {
  it('publish two keys and their certificates on the team domain and on the application [O11]', async () => {
    // Keys that other tests have rotated, at whatever time of the clock, are published for a week.
    await advance('876000h')
    const team = await json<{
      keys: { kid: string }[]
      public_certs: { kid: string; cert: string }[]
    }>(fetch(`${TEAM}/cdn-cgi/access/certs`))
    expect(team.keys).toHaveLength(2)
    expect(team.public_certs.map(({ kid }) => kid)).toEqual(team.keys.map(({ kid }) => kid))
    expect(await json(fetch(`${APP}/cdn-cgi/access/certs`))).toEqual(team)
    await reset()
  })

  it.each(['/cdn-cgi/access/oauth/token', '/.access/oauth/authorization', '/.access/nothing'])(
    'never reach the origin: %s on the application is 404 and names the right host',
    async (path) => {
      const response = await fetch(APP + path, { headers: { authorization: 'Bearer x' } })
      expect(response.status).toBe(404)
      expect(await json(response)).toMatchObject({
        error_description: expect.stringContaining(TEAM),
      })
    },
  )
})
