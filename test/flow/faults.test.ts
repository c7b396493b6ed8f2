import { beforeEach, describe, expect, it } from 'vitest'
import { FAULT_NAMES } from '../../src/access/faults'
import { Client, type Tokens } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, application, emulator, TEAM } from '../support/emulator'

const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

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
    ['a parameter that there is none of', 'error', { stauts: 500 }, 400],
    ['a status that it has not', 'error', { status: 418 }, 400],
    ['an endpoint that there is not', 'error', { endpoint: 'nowhere' }, 400],
    ['no times at all', 'error', { times: 0 }, 400],
    ['no duration', 'slow', { delay: 'long' }, 400],
    ['a skew that is none', 'clock-skew', { skew: '--5m' }, 400],
  ])('refuse %s', async (_, name, parameters, status) => {
    const response = await control('PUT', `faults/${name}`, parameters)
    expect(response.status).toBe(status)
    expect(await json(response)).toHaveProperty('error_description')
    const { faults } = (await (await control('GET', 'faults')).json()) as {
      faults: { active: unknown }[]
    }
    expect(faults.filter((each) => each.active !== null)).toEqual([])
  })

  it('strike the next n matching requests, exactly, and leave an event each', async () => {
    await on('error', { endpoint: 'metadata', times: 3, status: 500 })
    const responses = await Promise.all(Array.from({ length: 10 }, metadata))
    expect(responses.map(({ status }) => status).filter((status) => status === 500)).toHaveLength(3)
    expect(await active('error')).toBeNull()
    expect(await struck()).toEqual(['error', 'error', 'error'])
  })

  it('strike until they are cleared where no number is given', async () => {
    await on('error', { endpoint: 'metadata' })
    for (let times = 0; times < 5; times++) expect((await metadata()).status).toBe(503)
    expect(await active('error')).toMatchObject({ struck: 5, left: null })
  })

  it('strike one client only, where it is named', async () => {
    const ours = await client.connect()
    const other = await client.connect()
    await on('error', { endpoint: 'token', client: ours.clientId })
    expect((await client.refresh(other.clientId, other.tokens.refresh_token)).status).toBe(200)
    expect((await client.refresh(ours.clientId, ours.tokens.refresh_token)).status).toBe(503)
    await on('error', { endpoint: 'application', client: ours.clientId })
    expect((await client.request('/whoami', other.tokens.access_token)).status).toBe(200)
    expect((await client.request('/whoami', ours.tokens.access_token)).status).toBe(503)
    await on('error', { endpoint: 'authorization', client: ours.clientId })
    expect((await client.authorization(other.clientId)).status).toBe(302)
    expect((await client.authorization(ours.clientId)).status).toBe(503)
  })

  it('strike one application only, where it is named', async () => {
    const two = emulator({
      APPLICATIONS: [application({ name: 'One', domain: 'localhost:8788/one' }), application()],
    })
    const elsewhere = new Client(two.fetch)
    const { clientId, tokens } = await elsewhere.connect()
    await on('error', { endpoint: 'application', application: 'One' })
    expect((await elsewhere.request('/one')).status).toBe(503)
    expect((await elsewhere.request('/two')).status).toBe(401)
    await on('error', { endpoint: 'token', application: 'One' })
    expect((await elsewhere.refresh(clientId, tokens.refresh_token)).status).toBe(200)
    await on('error', { endpoint: 'token', application: 'Demo' })
    expect((await elsewhere.refresh(clientId, tokens.refresh_token)).status).toBe(503)
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
  ])('fails %s with Retry-After, and does nothing', async (endpoint, send, status) => {
    await on('error', { endpoint, status, retry_after: 7 })
    const response = await send()
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(Object.keys(await json(response))).toContain(endpoint === 'api' ? 'errors' : 'error')
  })

  it('leaves a refresh token as it was', async () => {
    const { clientId, tokens } = await client.connect()
    await on('error', { endpoint: 'token', times: 1 })
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(503)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })
})

/** The assertion that the origin gets. */
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

it('slow delays the answer by real time', async () => {
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

it('expired-code refuses the code, which is good once the fault is over [T8]', async () => {
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

it('expired-code is not used up by what is no code [T7]', async () => {
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
  expect((await client.request('/whoami', tokens.access_token)).status).toBe(200)
})

it('revoked-grant is not used up by a refresh token that was used before', async () => {
  const { clientId, tokens } = await client.connect()
  await client.refresh(clientId, tokens.refresh_token)
  await on('revoked-grant', { times: 1 })
  expect(await json(await client.refresh(clientId, tokens.refresh_token))).toMatchObject({
    error_description: 'refresh token was used before',
  })
  expect(await active('revoked-grant')).toMatchObject({ struck: 0, left: 1 })
})

it('revoked-grant ends the grant at the next refresh, for good', async () => {
  const { clientId, tokens } = await client.connect()
  await on('revoked-grant', { times: 1, client: clientId })
  for (let times = 0; times < 2; times++) {
    const response = await client.refresh(clientId, tokens.refresh_token)
    expect(await json(response)).toEqual({
      error: 'invalid_grant',
      error_description: 'the grant is revoked',
    })
  }
  expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
})

it('lost-rotation rotates and loses the answer; the second try is a reuse [T13], forgiven by a grace', async () => {
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

it('key-rotation signs with a new key from the next admitted request on, once [O10]', async () => {
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

it('keys-unavailable hides the published keys [O11]', async () => {
  await on('keys-unavailable', { times: 1 })
  const response = await certs()
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('30')
  expect((await certs()).status).toBe(200)
})

it('blocked-user-agent refuses an agent with error 1010, discovery included [P16]', async () => {
  await on('blocked-user-agent', { user_agent: 'python' })
  const as = (agent: string) =>
    world.fetch(`${APP}/.well-known/oauth-protected-resource`, { headers: { 'user-agent': agent } })
  const refused = await as('Python-urllib/3.12')
  expect([refused.status, await refused.text()]).toEqual([403, 'error code: 1010'])
  expect((await as('node')).status).toBe(200)
})

it('late-settings lets the edge see what the API changed only later; the API sees it at once', async () => {
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

it('late-settings lets the edge see a record that the API has made and deleted for as long', async () => {
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
  // What is left is the application for every host, which has Managed OAuth.
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

it('wrong-issuer answers with the iss of another server (RFC 9207 2.4)', async () => {
  const { client_id } = await client.register()
  await on('wrong-issuer', { times: 1, client: client_id })
  const issuerOf = async () =>
    new URL((await client.authorization(client_id)).headers.get('location') ?? '').searchParams.get(
      'iss',
    )
  expect(await issuerOf()).toBe('https://issuer.invalid')
  expect(await issuerOf()).toBeNull()
})

it('a fault never strikes the control itself', async () => {
  await on('error', { endpoint: 'application' })
  await on('blocked-user-agent')
  expect((await control('GET', 'clock')).status).toBe(200)
})
