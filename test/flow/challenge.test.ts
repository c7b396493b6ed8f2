import { beforeEach, describe, expect, it } from 'vitest'
import { APP, application, emulator, TEAM } from '../support/emulator'
import { NAVIGATION } from '../support/person'

const { fetch, reset } = emulator()
beforeEach(reset)
const METADATA = `${APP}/.well-known/cloudflare-access-protected-resource`
const MCP_ACCEPT = 'application/json, text/event-stream'

describe('The event of a challenge for a well-known path without a document of Access', () => {
  const reasonOf = async (path: string, settings = {}, method = 'GET') => {
    const there = emulator(settings)
    const response = await there.fetch(APP + path, { method })
    const ray = response.headers.get('cf-ray')
    const found = (await there.events()).find(({ rayId }) => rayId === ray)
    return [response.status, found?.why, found?.change]
  }
  const IS_AT = '/.well-known/cloudflare-access-protected-resource'

  it.each([
    [
      '/.well-known/oauth-protected-resources/mcp',
      'Request /.well-known/oauth-protected-resource/mcp.',
    ],
    [
      '/.well-known/openid-configurations',
      "Request one of these documents, or send a credential if it is your origin's own.",
    ],
  ])('names it, and the documents that exist: %s', async (path, change) => {
    expect(await reasonOf(path)).toEqual([
      401,
      `Access has no document at ${path}, so the request needs a credential like one for any other path. Its documents here are ${IS_AT}, /.well-known/oauth-protected-resource and /.well-known/oauth-authorization-server, with and without the path of the application.`,
      change,
    ])
  })

  const off = { APPLICATIONS: [application({ oauth_configuration: undefined })] }

  it("names Access's own document alone while Managed OAuth is off [M8]", async () => {
    expect(await reasonOf('/.well-known/other', off)).toEqual([
      302,
      expect.stringContaining(`Its documents here are only ${IS_AT}, with`),
      expect.any(String),
    ])
    expect(await reasonOf('/.well-known/oauth-protected-resource/mcp', off)).toEqual([
      302,
      'Managed OAuth is off for Demo. /.well-known/oauth-protected-resource exists only while it is on.',
      `Set oauth_configuration.enabled of the application to true, or request ${IS_AT}/mcp.`,
    ])
  })

  it('asks for GET if the document exists', async () => {
    expect(await reasonOf(`${IS_AT}/mcp`, {}, 'POST')).toEqual([
      401,
      `${IS_AT} is a document only for GET.`,
      'Send a GET.',
    ])
  })
})

describe('A request without a valid credential, Managed OAuth on', () => {
  it.each([
    ['GET, any Accept', 'GET', { accept: '*/*' }],
    ['GET, JSON', 'GET', { accept: 'application/json' }],
    ['GET, no Accept', 'GET', {}],
    ["POST, MCP's Accept [U6]", 'POST', { accept: MCP_ACCEPT }],
    ['POST of a browser page', 'POST', { accept: 'text/html', 'sec-fetch-mode': 'navigate' }],
    ['a script in a browser', 'GET', { accept: '*/*', 'sec-fetch-mode': 'cors' }],
    ['DELETE', 'DELETE', {}],
    ['HEAD', 'HEAD', {}],
  ])('is a 401 with the Bearer challenge: %s [U1, U2]', async (_, method, headers) => {
    const response = await fetch(`${APP}/mcp`, { method, headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="OAuth", error="invalid_token", error_description="Missing or invalid access token", resource_metadata="${METADATA}/mcp"`,
    )
  })

  it("repeats the header's values in a JSON body [U3]", async () => {
    const response = await fetch(`${APP}/api/threads`)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toEqual({
      error: 'invalid_token',
      error_description: 'Missing or invalid access token',
      resource_metadata: `${METADATA}/api/threads`,
    })
  })

  it('is stored by no cache, so that the next request with a token is sent', async () => {
    const { headers } = await fetch(`${APP}/mcp`)
    expect(headers.get('cache-control')).toBe('no-store')
  })

  it.each([
    ['the path [U4]', '/a/b', '/a/b'],
    ['a slash for the root [U5]', '/', '/'],
    ['no query (assumed)', '/a?token=x', '/a'],
    ['encoded characters as they came', '/a%20b', '/a%20b'],
  ])('names metadata that ends in %s', async (_, path, end) => {
    const response = await fetch(APP + path)
    const body = (await response.json()) as { resource_metadata: string }
    expect(body.resource_metadata).toBe(METADATA + end)
  })

  it.each([
    ['garbage', 'Bearer garbage'],
    ['a made-up token of the right form', `Bearer oauth:${'a'.repeat(65)}`],
    ["an origin's own API key", 'Bearer sk-1234567890'],
    ['a JWT', 'Bearer eyJhbGciOiJub25lIn0.e30.'],
    ['Basic', 'Basic YTpi'],
    ['nothing after the scheme', 'Bearer'],
    ['a very long token', `Bearer oauth:${'a'.repeat(20_000)}`],
  ])('gets the same 401 with %s in Authorization [U8]', async (_, authorization) => {
    const response = await fetch(`${APP}/mcp`, { headers: { authorization } })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'invalid_token' })
  })

  it('can be read by a web page, challenge included (assumed)', async () => {
    const response = await fetch(`${APP}/mcp`, { headers: { origin: 'https://app.example' } })
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-expose-headers')).toBe('WWW-Authenticate')
  })

  it('is refused as a preflight [O17]', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const response = await fetch(`${APP}/mcp`, { method: 'OPTIONS', headers })
    expect(response.status).toBe(403)
  })
})

describe.each([
  ['a browser navigation, Managed OAuth on [U7]', {}, NAVIGATION],
  ['any request, Managed OAuth off [U10]', { oauth_configuration: { enabled: false } }, {}],
  [
    'any request, Managed OAuth off, Accept: application/json [U14]',
    { oauth_configuration: undefined },
    { accept: 'application/json', 'sec-fetch-mode': 'cors' },
  ],
])('%s', (_, changes, headers: Record<string, string>) => {
  const { fetch } = emulator({ APPLICATIONS: [application(changes)] })
  const redirected = () => fetch(`${APP}/api/whoami?x=1`, { headers })

  it('is redirected to the login page of the team domain [U11]', async () => {
    const response = await redirected()
    expect(response.status).toBe(302)
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.origin + location.pathname).toBe(`${TEAM}/cdn-cgi/access/login/localhost:8788`)
    expect([...location.searchParams.keys()]).toEqual(['kid', 'meta', 'redirect_url'])
    expect(location.searchParams.get('kid')).toMatch(/^[0-9a-f]{64}$/)
    expect(location.searchParams.get('meta')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/)
    expect(location.searchParams.get('redirect_url')).toBe('/api/whoami?x=1')
  })

  it('gets the Cloudflare-Access challenge with one parameter [U10]', async () => {
    const response = await redirected()
    expect(response.headers.get('www-authenticate')).toBe(
      `Cloudflare-Access resource_metadata="${METADATA}/api/whoami"`,
    )
  })

  it('gets the CF_AppSession cookie [U12] and is not cached [U13]', async () => {
    const response = await redirected()
    expect(response.headers.get('set-cookie')).toMatch(
      /^CF_AppSession=n[0-9a-f]{16}; Expires=.* GMT; Path=\/; HttpOnly$/,
    )
    expect(response.headers.get('cache-control')).toBe(
      'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
    )
    expect(response.headers.get('expires')).toBe('Thu, 01 Jan 1970 00:00:01 GMT')
  })
})

it.each([
  ['keeps', 'n0123456789abcdef', /^CF_AppSession=n0123456789abcdef;/],
  ['replaces', 'forged', /^CF_AppSession=n[0-9a-f]{16};/],
])('%s the CF_AppSession %s of a browser [U12]', async (_, value, expected) => {
  const headers = { ...NAVIGATION, cookie: `CF_AppSession=${value}` }
  expect((await fetch(`${APP}/`, { headers })).headers.get('set-cookie')).toMatch(expected)
})

it('marks the CF_AppSession cookie Secure over https [U12]', async () => {
  const response = await fetch('https://app.example/', { headers: NAVIGATION })
  expect(response.headers.get('set-cookie')).toContain('; Path=/; Secure; HttpOnly')
})
