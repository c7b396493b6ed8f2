import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator } from '../support/emulator'

const PAGE = 'https://page.example'
const LISTS = {
  allowed_origins: [PAGE, 'https://second.example'],
  allowed_methods: ['GET', 'POST'],
  allowed_headers: ['Authorization', 'X-Mine'],
}
const ALL = { allow_all_origins: true, allow_all_methods: true, allow_all_headers: true }
const account = (changes: Record<string, unknown>) =>
  emulator({ APPLICATIONS: [application(changes)] })
const world = account({})
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})
afterEach(() => vi.restoreAllMocks())

type Asked = { origin?: string; method?: string; headers?: string }
const preflight = (
  { fetch }: typeof world,
  { origin = PAGE, method = 'GET', headers }: Asked = {},
  more: Record<string, string> = {},
) =>
  fetch(`${APP}/whoami`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers && { 'access-control-request-headers': headers }),
      ...more,
    },
  })
/** The CORS headers of a response, without their common prefix. */
const corsOf = (response: Response) =>
  Object.fromEntries(
    [...response.headers]
      .filter(([name]) => name.startsWith('access-control-'))
      .map(([name, value]) => [name.replace('access-control-', ''), value]),
  )
const list = (value: string | undefined) =>
  (value ?? '').split(',').map((each) => each.trim().toLowerCase())

describe('A preflight', () => {
  it('reaches the origin of an application that is bypassed [O19]', async () => {
    const open = account({
      policies: [{ name: 'x', decision: 'bypass', include: [{ everyone: {} }] }],
    })
    expect(await (await preflight(open)).json()).toMatchObject({ error: 'no_assertion' })
  })

  it.each<[reason: string, changes: Record<string, unknown>]>([
    ['Managed OAuth on', {}],
    ['Managed OAuth off', { oauth_configuration: undefined }],
  ])('is refused if CORS is not configured: %s [O17]', async (_, changes) => {
    const response = await preflight(account(changes))
    expect(response.status).toBe(403)
    expect(corsOf(response)).toEqual({})
    expect(response.headers.has('location')).toBe(false)
  })

  it('is refused with a valid credential too, since browsers send none [O17]', async () => {
    const { tokens } = await new Client(world.fetch).connect()
    const authorization = `Bearer ${tokens.access_token}`
    expect((await preflight(world, {}, { authorization })).status).toBe(403)
  })

  it('has an origin and a method; another OPTIONS request is treated like any request', async () => {
    const options = (headers: Record<string, string>) =>
      world.fetch(`${APP}/mcp`, { method: 'OPTIONS', headers })
    expect((await options({})).status).toBe(401)
    expect((await options({ origin: PAGE })).status).toBe(401)
  })
})

describe('options_preflight_bypass', () => {
  const bypassing = account({ options_preflight_bypass: true })

  it('lets the origin respond to the preflight, without an assertion [O18]', async () => {
    const response = await preflight(bypassing)
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ error: 'no_assertion' }) // The demo's response.
  })

  it("passes the preflight and the origin's response on unchanged [O18]", async () => {
    const seen: Request[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      seen.push(new Request(input))
      return new Response(null, {
        status: 204,
        headers: { 'access-control-allow-origin': PAGE, 'access-control-allow-headers': 'x-mine' },
      })
    })
    const { fetch } = account({
      options_preflight_bypass: true,
      origin_url: 'http://origin.example',
    })
    const response = await preflight({ ...world, fetch }, { headers: 'x-mine' })
    expect(response.status).toBe(204)
    expect(corsOf(response)).toEqual({ 'allow-origin': PAGE, 'allow-headers': 'x-mine' })
    expect(seen[0]?.method).toBe('OPTIONS')
    expect(seen[0]?.headers.get('access-control-request-headers')).toBe('x-mine')
    expect(seen[0]?.headers.has('cf-access-jwt-assertion')).toBe(false)
  })

  it('admits no other request', async () => {
    const request = (method: string, headers: Record<string, string>) =>
      bypassing.fetch(`${APP}/whoami`, { method, headers })
    expect((await request('GET', { origin: PAGE })).status).toBe(401)
    expect((await request('OPTIONS', { origin: PAGE })).status).toBe(401)
    expect((await request('POST', { 'access-control-request-method': 'GET' })).status).toBe(401)
  })

  it('forwards no forged assertion', async () => {
    const response = await preflight(bypassing, {}, { 'cf-access-jwt-assertion': 'forged' })
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
  })
})

describe('cors_headers', () => {
  const lists = account({ cors_headers: LISTS })

  it('respond to the preflight at the edge, with 200 and without a credential', async () => {
    const response = await preflight(lists)
    expect(response.status).toBe(200) // Access: documented, the example of a response.
    expect(await response.text()).toBe('')
    expect(list(response.headers.get('vary') ?? '')).toContain('origin')
  })

  it('name the requesting origin if it is listed', async () => {
    for (const origin of LISTS.allowed_origins) {
      expect(corsOf(await preflight(lists, { origin }))).toMatchObject({ 'allow-origin': origin })
    }
  })

  it.each([
    ['another', 'https://evil.example'],
    ['one below a listed one', 'https://sub.page.example'],
    ['a listed one with another scheme', 'http://page.example'],
    ['a listed one with a port', `${PAGE}:8443`],
    ['none', 'null'],
  ])('name no origin that is not listed: %s', async (_, origin) => {
    expect(corsOf(await preflight(lists, { origin }))).not.toHaveProperty('allow-origin')
  })

  it('list the methods and headers that are allowed', async () => {
    const headers = corsOf(await preflight(lists, { method: 'POST', headers: 'x-mine' }))
    expect(list(headers['allow-methods'])).toContain('post')
    expect(list(headers['allow-headers'])).toContain('x-mine')
    expect(headers).not.toHaveProperty('allow-credentials')
    expect(headers).not.toHaveProperty('max-age')
  })

  it('allow no method and no header that is not listed', async () => {
    const headers = corsOf(await preflight(lists, { method: 'DELETE', headers: 'x-mine, x-evil' }))
    expect(list(headers['allow-methods'])).not.toContain('delete')
    expect(list(headers['allow-headers'])).not.toContain('x-evil')
  })

  it('allow no header if none is listed', async () => {
    const none = account({ cors_headers: { ...LISTS, allowed_headers: [] } })
    const headers = corsOf(await preflight(none, { headers: 'x-evil' }))
    expect(list(headers['allow-headers'])).not.toContain('x-evil')
  })

  it('may allow all origins, methods and headers', async () => {
    const asked = { origin: 'https://any.example', method: 'DELETE', headers: 'x-any, x-other' }
    const headers = corsOf(await preflight(account({ cors_headers: ALL }), asked))
    expect(headers['allow-origin']).toBe('*')
    expect(list(headers['allow-methods'])).toContain('delete')
    expect(list(headers['allow-headers'])).toEqual(expect.arrayContaining(['x-any', 'x-other']))
  })

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'allow %s with allow_all_methods',
    async (method) => {
      const headers = corsOf(await preflight(account({ cors_headers: ALL }), { method }))
      expect(list(headers['allow-methods'])).toContain(method.toLowerCase())
    },
  )

  it('accept methods in any case', async () => {
    const lower = account({ cors_headers: { ...LISTS, allowed_methods: ['delete'] } })
    const headers = corsOf(await preflight(lower, { method: 'DELETE' }))
    expect(headers['allow-methods']).toBe('DELETE')
  })

  it.each([600, 86_400, 0, -1])('set Access-Control-Max-Age: %i', async (max_age) => {
    const headers = corsOf(await preflight(account({ cors_headers: { ...LISTS, max_age } })))
    expect(headers['max-age']).toBe(String(max_age))
  })

  const withCredentials = account({ cors_headers: { ...LISTS, allow_credentials: true } })

  it('allow credentials if configured', async () => {
    const headers = corsOf(await preflight(withCredentials))
    expect(headers).toMatchObject({ 'allow-origin': PAGE, 'allow-credentials': 'true' })
  })

  it('are on actual responses too, if the origin sets none', async () => {
    const { tokens } = await new Client(withCredentials.fetch).connect()
    const client = new Client(withCredentials.fetch)
    const response = await client.request('/whoami', tokens.access_token, { origin: PAGE })
    expect(response.status).toBe(200)
    expect(corsOf(response)).toEqual({ 'allow-origin': PAGE, 'allow-credentials': 'true' })
    expect(list(response.headers.get('vary') ?? '')).toContain('origin')
  })

  it('name no other origin on actual responses', async () => {
    const client = new Client(lists.fetch)
    const { tokens } = await client.connect()
    const origin = 'https://evil.example'
    const response = await client.request('/whoami', tokens.access_token, { origin })
    expect(response.status).toBe(200)
    expect(corsOf(response)).not.toHaveProperty('allow-origin')
  })

  it("leave the rest of the origin's response unchanged", async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
      return new Response('body', {
        status: 201,
        headers: [
          ['vary', 'Accept'],
          ['set-cookie', 'a=1'],
          ['set-cookie', 'b=2'],
          ['content-type', 'text/x-mine'],
        ],
      })
    })
    const client = new Client(
      account({ cors_headers: LISTS, origin_url: 'http://origin.example' }).fetch,
    )
    const { tokens } = await client.connect()
    const response = await client.request('/x', tokens.access_token, { origin: PAGE })
    expect([response.status, await response.text()]).toEqual([201, 'body'])
    expect(response.headers.get('content-type')).toBe('text/x-mine')
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(list(response.headers.get('vary') ?? '')).toEqual(
      expect.arrayContaining(['accept', 'origin']),
    )
  })

  it('leave the challenge readable for a page that sends credentials', async () => {
    const response = await withCredentials.fetch(`${APP}/mcp`, { headers: { origin: PAGE } })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="OAuth"/)
    expect(corsOf(response)).toMatchObject({ 'allow-origin': PAGE, 'allow-credentials': 'true' })
  })

  it('require a credential for an OPTIONS request that is no preflight', async () => {
    const response = await lists.fetch(`${APP}/mcp`, { method: 'OPTIONS' })
    expect(response.status).toBe(401)
  })

  it('apply to one application only', async () => {
    const { fetch } = emulator({
      APPLICATIONS: [
        application({ domain: 'localhost', cors_headers: LISTS }),
        application({ name: 'Other', domain: 'localhost/other' }),
      ],
    })
    const other = await fetch(`${APP}/other`, {
      method: 'OPTIONS',
      headers: { origin: PAGE, 'access-control-request-method': 'GET' },
    })
    expect(other.status).toBe(403)
  })
})

describe('A contradictory combination is a settings error that names the member', () => {
  it.each<[reason: string, changes: Record<string, unknown>, member: string]>([
    [
      'cors_headers and the bypass exclude one another',
      { cors_headers: LISTS, options_preflight_bypass: true },
      'options_preflight_bypass is true',
    ],
    [
      'all origins and credentials exclude one another',
      { cors_headers: { ...ALL, allow_credentials: true } },
      'cors_headers.allow_credentials is true',
    ],
    [
      'all origins and a list exclude one another',
      { cors_headers: { ...LISTS, allow_all_origins: true } },
      'cors_headers.allow_all_origins is true',
    ],
    [
      'all methods and a list exclude one another',
      { cors_headers: { ...LISTS, allow_all_methods: true } },
      'cors_headers.allow_all_methods is true',
    ],
    ['max_age is too long', { cors_headers: { max_age: 86_401 } }, 'cors_headers.max_age is 86401'],
    ['max_age is too short', { cors_headers: { max_age: -2 } }, 'cors_headers.max_age is -2'],
    [
      'there is no such member',
      { cors_headers: { allow_origins: ['*'] } },
      'cors_headers.allow_origins is',
    ],
  ])('%s', async (_, changes, member) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const response = await account(changes).fetch(APP)
    expect(response.status).toBe(500)
    const body = (await response.json()) as { error_description: string }
    expect(body.error_description).toContain(`APPLICATIONS[0].${member}`)
    expect(log).toHaveBeenCalled()
  })
})
