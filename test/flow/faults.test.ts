import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FAULT_NAMES, FAULTS } from '../../src/switches/faults'
import { Client, redirectOf, type Tokens, tokensOf } from '../support/client'
import { controlOf } from '../support/control'
import { DashClient, type DashTokens, SECRET, withClients } from '../support/dashboard'
import { ADA, APP, application, emulator, LOGIN_TITLE, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})
// A fault that is left on would strike the next file's requests.
afterAll(world.reset)

const on = async (name: string, parameters: Record<string, unknown> = {}) => {
  const response = await control('PUT', `faults/${name}`, parameters)
  if (!response.ok) throw new Error(await response.text())
}
const active = async (name: string) => {
  const { faults } = (await (await control('GET', 'faults')).json()) as {
    faults: { name: string; active: unknown }[]
  }
  return faults.find((each) => each.name === name)?.active
}
const struck = async () =>
  (await world.events()).filter(({ kind }) => kind === 'fault').map(({ fault }) => fault)
const json = async (response: Response) => (await response.json()) as Record<string, unknown>
const metadata = () => world.fetch(`${TEAM}/.well-known/oauth-authorization-server`)
const certs = () => world.fetch(`${TEAM}/cdn-cgi/access/certs`)

describe('The faults', () => {
  it('are listed with what they do, their source and their parameters, all off', async () => {
    const { faults } = (await (await control('GET', 'faults')).json()) as {
      faults: Record<string, unknown>[]
    }
    expect(faults.map(({ name }) => name)).toEqual(FAULT_NAMES)
    for (const fault of faults) {
      expect(fault).toMatchObject({
        what: expect.stringMatching(/\.|"$/),
        source: expect.stringMatching(/\w/),
        parameters: expect.any(Object),
        active: null,
      })
    }
  })

  it('are switched off one by one, all at once, and by a reset', async () => {
    for (const name of ['slow', 'error']) await on(name)
    await control('DELETE', 'faults/slow')
    expect(await active('slow')).toBeNull()
    expect(await active('error')).toMatchObject({ status: 503, left: null, struck: 0 })
    await control('DELETE', 'faults')
    expect(await active('error')).toBeNull()
    await on('error')
    await world.reset()
    expect(await active('error')).toBeNull()
  })

  it.each([
    ['no such fault', 'nothing', {}, 404],
    ['an unknown parameter', 'error', { stauts: 500 }, 400],
    ['a status that it has not', 'error', { status: 418 }, 400],
    ['an unknown endpoint', 'error', { endpoint: 'nowhere' }, 400],
    ['no times at all', 'error', { times: 0 }, 400],
    ['no duration', 'slow', { delay: 'long' }, 400],
    ['a skew that is no duration', 'clock-skew', { skew: '--5m' }, 400],
    ['a delay that outlasts every client', 'slow', { delay: '61s' }, 400],
  ])('refuse %s', async (_, name, parameters, status) => {
    const response = await control('PUT', `faults/${name}`, parameters)
    expect(response.status).toBe(status)
    expect(await json(response)).toHaveProperty('error_description')
    const { faults } = (await (await control('GET', 'faults')).json()) as {
      faults: { active: unknown }[]
    }
    expect(faults.filter((each) => each.active !== null)).toEqual([])
  })

  it.each([
    [
      'error',
      { endpoint: 'registration', client: 'x' },
      'client: a request to registration does not',
    ],
    [
      'slow',
      { endpoint: 'keys', client: 'x' },
      'client: a request to keys does not identify its client',
    ],
    [
      'slow',
      { endpoint: 'metadata', client: 'x' },
      'expected one of the endpoints authorization, token,',
    ],
    [
      'error',
      { endpoint: 'registration', application: 'Demo' },
      'does not identify its application',
    ],
    ['error', { endpoint: 'keys', application: 'Demo' }, 'does not identify its application'],
    [
      'blocked-user-agent',
      { endpoint: 'api', application: 'Demo' },
      'does not identify its application',
    ],
    ['keys-unavailable', { client: 'x' }, 'no client and no application'],
    ['expired-code', { application: 'Dmeo' }, 'application: Dmeo does not exist'],
    ['error', { application: 'Dmeo' }, 'expected an id or name of an application (Demo'],
  ])(
    'refuse a scope that can never match, with the reason: %s %j',
    async (name, parameters, why) => {
      const response = await control('PUT', `faults/${name}`, parameters)
      expect(response.status).toBe(400)
      expect((await json(response)).error_description).toContain(why)
      expect(await active(name)).toBeNull()
    },
  )

  it('have one scope: a second endpoint or client replaces the first', async () => {
    await on('error', { endpoint: 'metadata' })
    await on('error', { endpoint: 'keys' })
    expect([(await metadata()).status, (await certs()).status]).toEqual([200, 503])
    expect(await active('error')).toMatchObject({ endpoint: 'keys' })
  })

  it('strike exactly the next n matching requests, and record an event for each', async () => {
    await on('error', { endpoint: 'metadata', times: 3, status: 500 })
    const responses = await Promise.all(Array.from({ length: 10 }, metadata))
    expect(responses.map(({ status }) => status).filter((status) => status === 500)).toHaveLength(3)
    expect(await active('error')).toBeNull()
    expect(await struck()).toEqual(['error', 'error', 'error'])
  })

  it('strike until they are switched off if no number is given', async () => {
    await on('error', { endpoint: 'metadata' })
    for (let times = 0; times < 5; times++) expect((await metadata()).status).toBe(503)
    expect(await active('error')).toMatchObject({ struck: 5, left: null })
  })

  it('strike only the client that is named', async () => {
    const ours = await client.connect()
    const other = await client.connect()
    await on('error', { endpoint: 'token', client: ours.clientId })
    expect((await client.refresh(other.clientId, other.tokens.refresh_token)).status).toBe(200)
    expect((await client.refresh(ours.clientId, ours.tokens.refresh_token)).status).toBe(503)
    await on('error', { endpoint: 'application', client: ours.clientId })
    await expect(client.request('/whoami', other.tokens.access_token)).toBeAdmitted()
    expect((await client.request('/whoami', ours.tokens.access_token)).status).toBe(503)
    await on('error', { endpoint: 'authorization', client: ours.clientId })
    expect((await client.authorization(other.clientId)).status).toBe(302)
    expect((await client.authorization(ours.clientId)).status).toBe(503)
  })

  it('strike only the application that is named', async () => {
    const two = emulator({
      APPLICATIONS: [application({ name: 'One', domain: 'localhost:8788/one' }), application()],
    })
    const elsewhere = new Client(two.fetch)
    const { clientId, tokens } = await elsewhere.connect()
    const put = controlOf(two.fetch)
    const only = (endpoint: string, name: string) =>
      put('PUT', 'faults/error', { endpoint, application: name })
    await only('application', 'One')
    expect((await elsewhere.request('/one')).status).toBe(503)
    expect((await elsewhere.request('/two')).status).toBe(401)
    await only('token', 'One')
    expect((await elsewhere.refresh(clientId, tokens.refresh_token)).status).toBe(200)
    await only('token', 'Demo')
    expect((await elsewhere.refresh(clientId, tokens.refresh_token)).status).toBe(503)
  })
})

describe('A fault at the metadata, of one application', () => {
  const two = emulator({
    APPLICATIONS: [application({ name: 'One', domain: 'localhost:8788/one' }), application()],
  })
  const status = async (path: string) => (await two.fetch(path)).status
  const OWN = `${APP}/.well-known/cloudflare-access-protected-resource`
  const STANDARD = `${APP}/.well-known/oauth-protected-resource`
  const SERVER = '/.well-known/oauth-authorization-server'

  it.each([
    ['One', '/one', '/mcp'],
    ['One', '/one/deeper', ''],
    ['Demo', '/mcp', '/one'],
    ['Demo', '', '/one'],
  ])(
    'strikes the application that the path names: %s at %j and not at %j',
    async (name, struck, left) => {
      const put = controlOf(two.fetch)
      const body = { endpoint: 'metadata', application: name }
      expect((await put('PUT', 'faults/error', body)).status).toBe(200)
      for (const document of [OWN, STANDARD, APP + SERVER]) {
        expect([document, await status(document + struck)]).toEqual([document, 503])
        expect([document, await status(document + left)]).toEqual([document, 200])
      }
      // The team's own document belongs to no application.
      expect(await status(TEAM + SERVER)).toBe(200)
    },
  )

  it('strikes a document whose path is written with escapes', async () => {
    const put = controlOf(two.fetch)
    await put('PUT', 'faults/error', { endpoint: 'metadata', application: 'One' })
    for (const document of [OWN, STANDARD, APP + SERVER]) {
      const escaped = document.replaceAll('-', '%2d')
      expect([escaped, await status(`${escaped}/one`)]).toEqual([escaped, 503])
      expect([escaped, await status(`${escaped}/mcp`)]).toEqual([escaped, 200])
    }
  })
})

describe('A web page', () => {
  const PAGE = { origin: 'http://localhost:6274' }
  const ask = { ...PAGE, 'access-control-request-method': 'POST' }
  const readable = (response: Response) => response.headers.get('access-control-allow-origin')

  it.each([
    ['token', `${TEAM}/cdn-cgi/access/oauth/token`],
    ['registration', `${TEAM}/cdn-cgi/access/oauth/registration`],
    ['revocation', `${TEAM}/cdn-cgi/access/oauth/revoke`],
    ['metadata', `${TEAM}/.well-known/oauth-authorization-server`],
  ])('is not struck at its preflight, and can read the refusal: %s', async (endpoint, url) => {
    await on('error', { endpoint, times: 1 })
    const preflight = await world.fetch(url, { method: 'OPTIONS', headers: ask })
    expect(preflight.ok).toBe(true)
    expect(await active('error')).toMatchObject({ left: 1, struck: 0 })
    const method = endpoint === 'metadata' ? 'GET' : 'POST'
    const refusal = await world.fetch(url, { method, headers: PAGE })
    expect([refusal.status, readable(refusal)]).toEqual([503, '*'])
    const usual = await world.fetch(url, { method, headers: PAGE })
    expect(readable(usual)).toBe('*')
  })

  it.each([
    ['keys-unavailable', {}, `${TEAM}/cdn-cgi/access/certs`, '*'],
    ['blocked-user-agent', {}, `${TEAM}/cdn-cgi/access/certs`, '*'],
    ['error', { endpoint: 'api' }, `${APP}/client/v4/user`, PAGE.origin],
    ['error', { endpoint: 'application' }, `${APP}/whoami`, PAGE.origin],
    ['error', { endpoint: 'authorization' }, `${TEAM}/cdn-cgi/access/oauth/authorization`, null],
    ['error', { endpoint: 'keys' }, `${TEAM}/.well-known/jwks.json`, '*'],
  ])(
    'can read the refusal wherever it can read the response: %s %j',
    async (name, fault, url, expected) => {
      const cors_headers = { allowed_origins: [PAGE.origin], allow_credentials: true }
      const { fetch } = emulator({ APPLICATIONS: [application({ cors_headers })] })
      await on(name, fault)
      const refusal = await fetch(url, { headers: { ...PAGE, ...BEARER } })
      expect([refusal.ok, readable(refusal)]).toEqual([false, expected])
      const elsewhere = { ...BEARER, origin: 'https://elsewhere.example' }
      const others = readable(await fetch(url, { headers: elsewhere }))
      expect(others).toBe(expected === '*' ? '*' : null)
      await control('DELETE', 'faults')
      expect(readable(await fetch(url, { headers: { ...PAGE, ...BEARER } }))).toBe(expected)
    },
  )

  it('can read that the response of a refresh was lost', async () => {
    const { clientId, tokens } = await client.connect()
    await on('lost-rotation')
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    const lost = await client.postForm('/oauth/token', { ...form, client_id: clientId }, PAGE)
    expect([lost.status, readable(lost)]).toEqual([502, '*'])
  })
})

describe("The dashboard's OAuth server", () => {
  const PAGE = 'https://app.example'
  const BASIC_ID = '0'.repeat(32)
  const shown = { authorization: `Basic ${btoa(`${BASIC_ID}:${SECRET}`)}` }
  const dash = emulator(
    withClients(
      { allowed_cors_origins: [PAGE] },
      {
        client_id: BASIC_ID,
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret: SECRET,
      },
    ),
  )
  const open = new DashClient(dash.fetch)
  const basic = new DashClient(dash.fetch, BASIC_ID)
  const connected = async () => tokensOf<DashTokens>(open.exchange(await open.code()))

  it('is struck for a client that the Authorization header names', async () => {
    const { refresh_token } = await connected()
    await on('error', { endpoint: 'token', client: BASIC_ID })
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    expect((await basic.post('/oauth2/token', form, shown)).status).toBe(503)
    const other = { ...form, refresh_token, client_id: open.clientId }
    expect((await open.post('/oauth2/token', other)).status).toBe(200)
  })

  it('is struck for the client of the grant if the request names none', async () => {
    const { refresh_token: token } = await connected()
    await on('error', { endpoint: 'revocation', client: open.clientId })
    expect((await open.post('/oauth2/revoke', { token: 'cfoat_x' })).status).not.toBe(503)
    expect((await open.post('/oauth2/revoke', { token })).status).toBe(503)
  })

  it('lets a page read a refusal if it can read the responses', async () => {
    await on('error', { endpoint: 'token' })
    const from = async (origin: string) => {
      const form = { grant_type: 'x', client_id: open.clientId }
      const { headers } = await open.post('/oauth2/token', form, { origin })
      return headers.get('access-control-allow-origin')
    }
    expect([await from(PAGE), await from('https://elsewhere.example')]).toEqual([PAGE, null])
  })

  it.each([
    ['dropped-answer', () => open.code().then((code) => open.exchange(code)), 200],
    ['lost-rotation', () => connected().then((tokens) => open.refresh(tokens.refresh_token)), 502],
  ])('is struck by %s, for its client', async (name, send, status) => {
    await on(name, { client: BASIC_ID })
    expect((await send()).status).toBe(200)
    await on(name, { client: open.clientId, times: 1 })
    const response = await send()
    expect(response.status).toBe(status)
    await response.text().catch(() => 'broken off')
    expect(await struck()).toEqual([name])
  })

  it('is struck at the API too, where its token names it', async () => {
    const { access_token } = await connected()
    const user = (token: string) =>
      dash.fetch(`${APP}/client/v4/zones`, { headers: { authorization: `Bearer ${token}` } })
    await on('error', { endpoint: 'api', client: open.clientId })
    expect((await user('anything')).status).toBe(200)
    expect((await user(access_token)).status).toBe(503)
  })

  it('is named by the event of the fault, and so is the person', async () => {
    const { access_token, refresh_token } = await connected()
    const named = { client: { id: open.clientId, name: 'Zone lister' }, email: ADA.email }
    await on('error', { endpoint: 'api', times: 1 })
    await dash.fetch(`${APP}/client/v4/zones`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    await on('error', { endpoint: 'token', times: 1 })
    await open.refresh(refresh_token)
    await on('error', { endpoint: 'authorization', times: 1 })
    await open.authorization()
    const events = (await world.events()).filter(({ kind }) => kind === 'fault')
    const { email: _, ...unknown } = named
    expect(events).toMatchObject([named, named, unknown])
    const response = await control('GET', `events?kind=fault&client=${open.clientId}`)
    const found = (await response.json()) as { events: unknown[] }
    expect(found.events).toHaveLength(3)
  })

  it('is not struck by faults that are for Managed OAuth only', async () => {
    const only = FAULT_NAMES.filter((name) => FAULTS[name].what.endsWith('Managed OAuth only.'))
    expect(only).toEqual([
      'expired-code',
      'revoked-grant',
      'wrong-issuer',
      'missing-issuer',
      'wrong-metadata-issuer',
      'missing-pkce-methods',
      'second-team',
      'bare-challenge',
    ])
    const first = await open.code()
    for (const name of only) await on(name)
    const exchange = await open.exchange(first)
    expect(exchange.status).toBe(200)
    const { refresh_token } = (await exchange.json()) as DashTokens
    const form = { grant_type: 'refresh_token', refresh_token, client_id: open.clientId }
    expect((await open.post('/oauth2/token', form)).status).toBe(200)
    const answer = new URL((await open.authorization()).headers.get('location') ?? '')
    expect(answer.searchParams.get('iss')).not.toBe('https://issuer.invalid')
    expect(await struck()).toEqual([])
  })
})

describe('A client of Access that sends its secret in the Authorization header', () => {
  it('is struck if the fault names it', async () => {
    const registration = await client.register({
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const { client_id: id, client_secret: secret } = registration
    await on('error', { endpoint: 'token', client: id })
    const form = { grant_type: 'refresh_token', refresh_token: 'x' }
    const shown = { authorization: `Basic ${btoa(`${id}:${secret}`)}` }
    expect((await client.postForm('/oauth/token', form, shown)).status).toBe(503)
  })
})

describe('The fault error', () => {
  it.each([
    ['registration', () => client.registration(), 500],
    ['token', () => client.refresh('x', 'y'), 503],
    ['revocation', () => client.postForm('/oauth/revoke', {}), 429],
    ['authorization', () => client.authorization('x'), 503],
    ['keys', certs, 500],
    ['metadata', metadata, 429],
    ['application', () => client.request('/whoami'), 503],
    ['api', () => world.fetch(`${APP}/client/v4/user`, { headers: BEARER }), 429],
  ])('makes %s fail with Retry-After, without any effect', async (endpoint, send, status) => {
    await on('error', { endpoint, status, retry_after: 7 })
    const response = await send()
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(Object.keys(await json(response))).toContain(endpoint === 'api' ? 'errors' : 'error')
  })

  it('leaves a refresh token unused', async () => {
    const { clientId, tokens } = await client.connect()
    await on('error', { endpoint: 'token', times: 1 })
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(503)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })
})

/** The assertion that the origin receives. */
async function assertionFor({ access_token }: Tokens) {
  const ORIGIN = {
    fetch: (request: Request) => new Response(request.headers.get('cf-access-jwt-assertion')),
  }
  const { fetch } = emulator({ ORIGIN })
  const response = await new Client(fetch).request('/', access_token)
  const [header, payload] = (await response.text())
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(atob(part.replaceAll('-', '+').replaceAll('_', '/'))))
  return { header: header as { kid: string }, payload: payload as { iat: number; exp: number } }
}

const BEARER = { authorization: 'Bearer anything' }

it('slow delays the response by real time', async () => {
  await on('slow', { endpoint: 'metadata', delay: '300ms' })
  const start = performance.now()
  expect((await metadata()).status).toBe(200)
  expect(performance.now() - start).toBeGreaterThan(250)
})

it('dropped-answer issues tokens and breaks the connection; the second try is a replay [T8]', async () => {
  const { client_id } = await client.register()
  const code = await client.code(client_id)
  await on('dropped-answer', { times: 1 })
  const response = await client.exchange(client_id, code)
  await expect(response.json()).rejects.toThrow()
  const again = await client.exchange(client_id, code)
  expect(again.status).toBe(400)
  expect((await json(again)).error_description).toContain('used before')
})

it('expired-code refuses the code, which is valid once the fault is off [T8]', async () => {
  const { client_id } = await client.register()
  const code = await client.code(client_id)
  await on('expired-code', { times: 1, application: 'Demo' })
  const response = await client.exchange(client_id, code)
  expect(await json(response)).toEqual({
    error: 'invalid_grant',
    error_description: 'authorization code has expired',
  })
  expect((await client.exchange(client_id, code)).status).toBe(200)
})

it('expired-code does not count a malformed code [T7]', async () => {
  const { client_id } = await client.register()
  await on('expired-code', { times: 1 })
  expect(await json(await client.exchange(client_id, 'x'))).toMatchObject({
    error_description: 'Invalid authorization code format',
  })
  expect(await active('expired-code')).toMatchObject({ struck: 0, left: 1 })
})

it.each([
  ['a made-up one', ({ refresh_token }: Tokens) => refresh_token.slice(0, 28) + 'A'.repeat(43)],
  ['an access token', ({ access_token }: Tokens) => access_token],
])('revoked-grant ends no grant for %s as a refresh token', async (_, make) => {
  const { clientId, tokens } = await client.connect()
  await on('revoked-grant', { times: 1 })
  expect(await json(await client.refresh(clientId, make(tokens)))).toMatchObject({
    error_description: 'refresh token is invalid',
  })
  expect(await active('revoked-grant')).toMatchObject({ struck: 0, left: 1 })
  await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
})

it('revoked-grant does not count a refresh token that was used before', async () => {
  const { clientId, tokens } = await client.connect()
  await client.refresh(clientId, tokens.refresh_token)
  await on('revoked-grant', { times: 1 })
  expect(await json(await client.refresh(clientId, tokens.refresh_token))).toMatchObject({
    error_description: 'refresh token was used before',
  })
  expect(await active('revoked-grant')).toMatchObject({ struck: 0, left: 1 })
})

it('revoked-grant ends the grant at the next refresh permanently', async () => {
  const { clientId, tokens } = await client.connect()
  await on('revoked-grant', { times: 1, client: clientId })
  for (let times = 0; times < 2; times++) {
    const response = await client.refresh(clientId, tokens.refresh_token)
    expect(await json(response)).toEqual({
      error: 'invalid_grant',
      error_description: 'the grant is revoked',
    })
  }
  await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
})

it('lost-rotation rotates and drops the response; the retry is a reuse [T13], allowed within a grace window', async () => {
  const first = await client.connect()
  await on('lost-rotation', { times: 1 })
  expect((await client.refresh(first.clientId, first.tokens.refresh_token)).status).toBe(502)
  const again = await client.refresh(first.clientId, first.tokens.refresh_token)
  expect((await json(again)).error_description).toContain('used before')

  await control('PUT', 'quirks/refresh-grace', { on: true })
  const second = await client.connect()
  await on('lost-rotation', { times: 1 })
  expect((await client.refresh(second.clientId, second.tokens.refresh_token)).status).toBe(502)
  expect((await client.refresh(second.clientId, second.tokens.refresh_token)).status).toBe(200)
})

it('key-rotation rotates the key once, from the next admitted request [O10]', async () => {
  const { tokens } = await client.connect()
  const kid = async () => (await assertionFor(tokens)).header.kid
  const before = await kid()
  await on('key-rotation')
  const after = await kid()
  expect(after).not.toBe(before)
  expect(await kid()).toBe(after)
  const { keys } = (await (await certs()).json()) as { keys: { kid: string }[] }
  expect(keys.map((key) => key.kid)).toContain(after)
})

it('keys-unavailable makes the published keys a 503 [O11]', async () => {
  await on('keys-unavailable', { times: 1 })
  const response = await certs()
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('30')
  expect((await certs()).status).toBe(200)
})

it('blocked-user-agent refuses a user agent with error 1010, discovery included [P16]', async () => {
  await on('blocked-user-agent', { user_agent: 'python' })
  const as = (agent: string) =>
    world.fetch(`${APP}/.well-known/oauth-protected-resource`, { headers: { 'user-agent': agent } })
  const refused = await as('Python-urllib/3.12')
  expect([refused.status, await refused.text()]).toEqual([403, 'error code: 1010'])
  expect((await as('node')).status).toBe(200)
})

it('blocked-user-agent refuses a user agent on every path, login pages included [P16]', async () => {
  await on('blocked-user-agent', { user_agent: 'python' })
  const headers = { 'user-agent': 'Python-urllib/3.12' }
  const paths = ['login/x', 'logout', 'get-identity', 'authorized', 'oauth/registration/x', 'certs']
  for (const origin of [TEAM, APP]) {
    for (const path of paths) {
      const { status } = await world.fetch(`${origin}/cdn-cgi/access/${path}`, { headers })
      expect([path, status]).toEqual([path, 403])
    }
  }
  await on('blocked-user-agent', { endpoint: 'metadata' })
  expect((await certs()).status).toBe(200)
  expect((await world.fetch(`${TEAM}/cdn-cgi/access/logout`)).status).not.toBe(403)
})

it('late-settings delays changes of the API at the edge; the API itself has them at once', async () => {
  const account = `${APP}/client/v4/accounts/${'a'.repeat(32)}/access/apps`
  const headers = { ...BEARER, 'content-type': 'application/json' }
  const list = async () => {
    const { result } = (await (await world.fetch(account, { headers })).json()) as {
      result: { id: string; name: string; oauth_configuration?: { enabled: boolean } }[]
    }
    return result[0]
  }
  const switchOff = async (enabled: boolean) => {
    const demo = await list()
    const body = JSON.stringify({ ...demo, oauth_configuration: { enabled } })
    await world.fetch(`${account}/${demo?.id}`, { method: 'PUT', headers, body })
  }
  await on('late-settings', { delay: '60s' })
  await switchOff(false)
  expect((await list())?.oauth_configuration?.enabled).toBe(false)
  expect((await client.request('/whoami')).status).toBe(401)
  await world.advance('61s')
  expect((await client.request('/whoami')).status).toBe(302)
  await switchOff(true)
  expect((await client.request('/whoami')).status).toBe(302)
  await control('DELETE', 'faults/late-settings')
  expect((await client.request('/whoami')).status).toBe(401)
})

it('late-settings shows the edge a record that was created and deleted for the same delay', async () => {
  const account = `${APP}/client/v4/accounts/${'a'.repeat(32)}/access/apps`
  const headers = { ...BEARER, 'content-type': 'application/json' }
  const made = { name: 'Short', domain: 'short.example', type: 'self_hosted' }
  const response = await world.fetch(account, {
    method: 'POST',
    headers,
    body: JSON.stringify(made),
  })
  const { result } = (await response.json()) as { result: { id: string } }
  const status = async () => (await world.fetch('http://short.example/')).status
  expect(await status()).toBe(302)
  await on('late-settings', { delay: '60s' })
  await world.fetch(`${account}/${result.id}`, { method: 'DELETE', headers })
  expect(await status()).toBe(302)
  await world.advance('61s')
  // The remaining application is that for every host, which has Managed OAuth.
  expect(await status()).toBe(401)
})

it.each([
  ['5m', 300],
  ['-5m', -300],
])('clock-skew signs assertions by another clock: %s [O7]', async (skew, seconds) => {
  const { tokens } = await client.connect()
  const claims = async () => (await assertionFor(tokens)).payload
  const before = await claims()
  await on('clock-skew', { skew, times: 1 })
  const after = await claims()
  expect([after.iat - before.iat, after.exp - before.exp]).toEqual([seconds, seconds])
  expect(await claims()).toEqual(before)
})

it('wrong-issuer responds with the iss of another server (RFC 9207 2.4)', async () => {
  const { client_id } = await client.register()
  await on('wrong-issuer', { times: 1, client: client_id })
  const issuerOf = async () =>
    new URL((await client.authorization(client_id)).headers.get('location') ?? '').searchParams.get(
      'iss',
    )
  expect(await issuerOf()).toBe('https://issuer.invalid')
  expect(await issuerOf()).toBeNull()
})

it('missing-issuer announces the iss that the response lacks (RFC 9207 2.4)', async () => {
  const { client_id } = await client.register()
  const announced = async () =>
    (await json(await metadata())).authorization_response_iss_parameter_supported
  const issuerOf = async () =>
    redirectOf(await client.authorization(client_id)).parameters.get('iss')
  await control('PUT', 'quirks/iss-in-response', { on: true })
  await on('missing-issuer', { times: 1, client: client_id })
  expect([await announced(), await issuerOf(), await issuerOf()]).toEqual([true, null, TEAM])
  await control('PUT', 'quirks/iss-in-response', { on: false })
  expect(await announced()).toBeUndefined()
  await on('missing-issuer')
  expect([await announced(), await issuerOf()]).toEqual([true, null])
})

it.each([
  ['wrong-metadata-issuer', { issuer: 'https://issuer.invalid' }],
  ['missing-pkce-methods', { code_challenge_methods_supported: undefined }],
])('%s changes the metadata of the team and of the application, and no more', async (name, by) => {
  const usual = await json(await metadata())
  await on(name, { times: 2 })
  const path = '/.well-known/oauth-authorization-server'
  for (const host of [TEAM, APP]) {
    const changed = await json(await world.fetch(host + path))
    expect(changed).toEqual(JSON.parse(JSON.stringify({ ...usual, ...by })))
  }
  expect(await json(await metadata())).toEqual(usual)
})

describe('second-team', () => {
  const SECOND = `${TEAM}/.second-team`
  const second = new Client(world.fetch, APP, SECOND)
  const server = async (document: string) =>
    (await json(await world.fetch(APP + document))).authorization_servers

  it('names another issuer, whose metadata is that of RFC 8414 3.1', async () => {
    await on('second-team', { times: 2, application: 'Demo' })
    expect(await server('/.well-known/oauth-protected-resource/mcp')).toEqual([SECOND])
    expect(await server('/.well-known/cloudflare-access-protected-resource')).toEqual([SECOND])
    expect(await server('/.well-known/oauth-protected-resource')).toEqual([TEAM])
    const url = `${TEAM}/.well-known/oauth-authorization-server/.second-team`
    expect(await json(await world.fetch(url))).toMatchObject({
      issuer: SECOND,
      token_endpoint: `${SECOND}/cdn-cgi/access/oauth/token`,
    })
  })

  it('knows no client of the first team, and the first knows none of the second', async () => {
    const first = await client.connect()
    const other = await second.register()
    const wrong = [
      () => second.authorization(first.clientId),
      () => client.authorization(other.client_id),
    ]
    for (const ask of wrong) {
      const response = await ask()
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
    }
    const refresh = await second.refresh(first.clientId, first.tokens.refresh_token)
    await expect(refresh).toBeRefused('invalid_client')
    expect((await client.refresh(first.clientId, first.tokens.refresh_token)).status).toBe(200)
  })

  it('lets a client that registers anew log in and use its token', async () => {
    await world.signIn(null)
    const { client_id } = await second.register()
    const person = new Person(world.fetch)
    await person.open(await second.authorizationUrl(client_id))
    await person.press('ada@example.com')
    await person.press('allow')
    const code = person.callback?.searchParams.get('code') ?? ''
    const tokens = await tokensOf(second.exchange(client_id, code))
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })
})

it('bare-challenge leaves resource_metadata out of the 401, header and body [P28]', async () => {
  await on('bare-challenge', { times: 1 })
  const response = await client.request('/mcp')
  expect([response.status, await json(response)]).toEqual([
    401,
    { error: 'invalid_token', error_description: 'Missing or invalid access token' },
  ])
  expect(response.headers.get('www-authenticate')).not.toContain('resource_metadata')
  expect((await client.request('/mcp')).headers.get('www-authenticate')).toContain('/mcp"')
})

it.each([403, 402])('ai-crawl-control blocks with %d and a JSON body [P25]', async (status) => {
  const as = (agent: string, path: string) =>
    client.request(path, undefined, { 'user-agent': agent })
  await on('ai-crawl-control', { user_agent: 'claude-user', status })
  const blocked = await as('Claude-User/1.0', '/mcp')
  expect([blocked.status, await json(blocked)]).toEqual([
    status,
    { message: 'Please contact the site owner for access.' },
  ])
  expect((await as('Claude-User/1.0', '/robots.txt')).status).toBe(401)
  expect((await as('node', '/mcp')).status).toBe(401)
  expect((await metadata()).status).toBe(200)
})

describe('late-application', () => {
  const account = `${APP}/client/v4/accounts/${'a'.repeat(32)}/access/apps`
  const made = async (fetch = world.fetch) => {
    const body = JSON.stringify({ name: 'New', domain: '127.0.0.1/new', type: 'self_hosted' })
    const headers = { ...BEARER, 'content-type': 'application/json' }
    expect((await fetch(account, { method: 'POST', headers, body })).status).toBe(201)
  }
  const opened = async (path: string) => {
    await world.signIn(null)
    const { page } = await new Person(world.fetch).open(`${TEAM}${path}`)
    return [page?.status, page?.title]
  }

  it('hides a new application from the login page for its delay, with status 200 [A15]', async () => {
    await on('late-application', { delay: '10s' })
    await made()
    expect(await opened('/new')).toEqual([200, 'Unable to find your Access application!'])
    await world.advance('10s')
    expect(await opened('/new')).toEqual([200, LOGIN_TITLE])
  })

  it('hides only the application that it is limited to', async () => {
    await on('late-application', { application: 'Demo' })
    await made()
    expect(await opened('/new')).toEqual([200, LOGIN_TITLE])
  })

  it('hides no application of the settings, and none without the fault', async () => {
    await made()
    expect(await opened('/new')).toEqual([200, LOGIN_TITLE])
    await on('late-application')
    const { page } = await new Person(world.fetch).open(`${APP}/`)
    expect(page?.title).toBe(LOGIN_TITLE)
  })
})

it('A fault never strikes the control itself', async () => {
  await on('error', { endpoint: 'application' })
  await on('blocked-user-agent')
  expect((await control('GET', 'clock')).status).toBe(200)
})
