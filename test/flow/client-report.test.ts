import { beforeEach, describe, expect, it } from 'vitest'
import {
  Client,
  challengeOf,
  type Registration,
  redirectOf,
  type Tokens,
  tokensOf,
} from '../support/client'
import { ADA, APP, carrying, clientOf, emulator, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(carrying(world.fetch, { 'user-agent': 'careful-client/1.0' }))
const BROWSER = carrying(world.fetch, { 'user-agent': 'Mozilla/5.0' })
beforeEach(() => world.reset())

type Check = { id: string; level: string; verdict: string; why: string; evidence: number[] }
type Report = {
  client: Record<string, unknown>
  summary: Record<string, number>
  checks: Check[]
}
const ask = (id: string, accept?: string) =>
  world.fetch(`${APP}/_emulator/clients/${id}/report`, { headers: accept ? { accept } : {} })
const reportOf = async (id: string) => (await (await ask(id)).json()) as Report
const verdicts = async (id: string, verdict: string) =>
  (await reportOf(id)).checks.filter((check) => check.verdict === verdict).map((check) => check.id)

// The fault, for the next response.
async function strikeOnce(fault: string): Promise<void> {
  const response = await world.fetch(`${APP}/_emulator/faults/${fault}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ times: 1 }),
  })
  expect(response.status).toBe(200)
}

const REDIRECT = 'http://127.0.0.1:53682/callback'
const NATIVE = {
  client_name: 'Careful',
  redirect_uris: [REDIRECT],
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
}

const SERVER_METADATA = `${TEAM}/.well-known/oauth-authorization-server`

// The client meets each fault of discovery once, and stops.
async function misled(): Promise<void> {
  await strikeOnce('bare-challenge')
  await client.request('/mcp')
  await client.fetch(`${APP}/.well-known/oauth-protected-resource/mcp`)
  for (const fault of ['wrong-metadata-issuer', 'missing-pkce-methods']) {
    await strikeOnce(fault)
    await client.fetch(SERVER_METADATA)
  }
}

// From the 401 to the registration, as the specification has it.
async function discovered(): Promise<Registration> {
  const challenged = (await (await client.request('/mcp')).json()) as { resource_metadata: string }
  const metadata = (await (await client.fetch(challenged.resource_metadata)).json()) as {
    authorization_servers: string[]
  }
  await client.fetch(`${metadata.authorization_servers[0]}/.well-known/oauth-authorization-server`)
  return client.register(NATIVE)
}

// At the issuer that the protected resource metadata names now.
async function registeredWithNamedIssuer(): Promise<void> {
  const named = await client.fetch(`${APP}/.well-known/oauth-protected-resource/mcp`)
  const { authorization_servers: issuers } = (await named.json()) as {
    authorization_servers: string[]
  }
  const { origin, pathname } = new URL(issuers[0] ?? '')
  const metadata = await client.fetch(`${origin}/.well-known/oauth-authorization-server${pathname}`)
  const { issuer, registration_endpoint: endpoint } = (await metadata.json()) as Record<
    string,
    string
  >
  expect(issuer).toBe(issuers[0])
  expect(issuer).not.toBe(TEAM)
  const response = await client.fetch(endpoint ?? '', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...NATIVE, token_endpoint_auth_method: 'none' }),
  })
  expect(response.status).toBe(201)
}

async function authorized(clientId: string, number: number): Promise<Tokens> {
  const verifier = `verifier-${number}-`.padEnd(43, 'x')
  const person = new Person(BROWSER)
  const url = await client.authorizationUrl(clientId, {
    redirect_uri: REDIRECT,
    resource: APP,
    state: `state-${number}`,
    code_challenge: await challengeOf(verifier),
  })
  await person.open(url)
  await person.press('ada@example.com')
  await person.press('allow')
  const code = person.callback?.searchParams.get('code') ?? ''
  const form = { redirect_uri: REDIRECT, code_verifier: verifier, resource: APP }
  return tokensOf(client.exchange(clientId, code, form))
}

describe('A client that follows every rule', () => {
  it('passes every check', async () => {
    await misled()
    const { client_id: id } = await discovered()
    let tokens = await authorized(id, 1)
    expect((await client.request('/mcp', tokens.access_token)).status).not.toBe(401)
    for (let times = 0; times < 2; times++) {
      await world.advance('16m')
      await expect(client.request('/mcp', tokens.access_token)).not.toBeAdmitted()
      tokens = await tokensOf(client.refresh(id, tokens.refresh_token, { resource: APP }))
    }
    await client.postForm('/oauth/revoke', { token: tokens.refresh_token, client_id: id })
    const refused = await client.refresh(id, tokens.refresh_token, { resource: APP })
    expect(refused.status).toBe(400)
    tokens = await authorized(id, 2)
    await world.signIn(ADA)
    let states = 2
    const asked = async (scope?: string) => {
      const response = await client.authorization(id, {
        redirect_uri: REDIRECT,
        resource: APP,
        scope,
        state: `state-${++states}`,
        code_challenge: await challengeOf(`verifier-${states}`),
      })
      return redirectOf(response).parameters
    }
    // A block is no reason for a new token; a scope challenge is one.
    await strikeOnce('ai-crawl-control')
    expect((await client.request('/mcp', tokens.access_token)).status).toBe(403)
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
    expect((await client.request('/step-up', tokens.access_token)).status).toBe(403)
    await asked('demo:write')
    // Another issuer needs a registration of its own.
    await strikeOnce('second-team')
    await registeredWithNamedIssuer()
    // Responses with a wrong iss, or without the announced one: their codes are left.
    await strikeOnce('missing-issuer')
    await client.fetch(SERVER_METADATA)
    expect((await asked()).has('iss')).toBe(false)
    await strikeOnce('wrong-issuer')
    expect((await asked()).get('iss')).toBe('https://issuer.invalid')
    expect(await verdicts(id, 'not-seen')).toEqual(['issuer'])
    await world.advance('11m')

    const report = await reportOf(id)
    expect(report.checks.filter(({ verdict }) => verdict !== 'passed')).toEqual([])
    expect(report.summary).toEqual({ passed: report.checks.length, failed: 0, not_seen: 0 })
    expect(report.client).toEqual({
      id,
      name: 'Careful',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      registered_at: expect.stringMatching(/Z$/),
    })
  })

  it('has its evidence in the events', async () => {
    const { client_id: id } = await discovered()
    await authorized(id, 1)
    const { checks } = await reportOf(id)
    const events = await world.events()
    const kinds = Object.fromEntries(
      checks.map((check) => [
        check.id,
        check.evidence.map((number) => events.find((event) => event.number === number)?.kind),
      ]),
    )
    expect(kinds['resource-metadata']).toEqual(['challenge', 'discovery'])
    expect(kinds['application-type']).toEqual(['registration'])
    expect(kinds.state).toEqual(['authorization'])
    expect(kinds.verifier).toEqual(['token'])
  })
})

describe('A client that breaks the rules', () => {
  beforeEach(() => world.signIn(ADA))

  it('fails the check of each rule it breaks', async () => {
    await client.request('/mcp')
    const other = await client.register({ client_name: 'Careless' })
    expect(other.client_id).toBeTruthy()
    const { client_id: id } = await client.register({ client_name: 'Careless' })
    await client.authorization(id, { resource: undefined })
    await client.authorization(id, { code_challenge_method: 'plain', state: undefined })
    const code = await client.code(id)
    const wrong = { code_verifier: 'another-code-verifier-of-at-least-43-characters' }
    await client.exchange(id, code, wrong)
    const tokens = await tokensOf(client.exchange(id, code))
    await client.exchange(id, code)
    for (let times = 0; times < 4; times++) await client.refresh(id, tokens.refresh_token)

    expect(await verdicts(id, 'failed')).toEqual([
      'server-metadata',
      'application-type',
      'refresh-token-grant',
      'loopback-literal',
      'registered-once',
      'resource-authorization',
      'resource-form',
      'pkce-s256',
      'pkce-new',
      'state',
      'state-new',
      'resource-exchange',
      'verifier-matches',
      'code-once',
      'resource-refresh',
      'stops',
    ])
  })

  it.each([
    ['1', 'x'],
    ['42', 'x'.repeat(42)],
    ['129', 'x'.repeat(129)],
    ['43, one of them reserved', `${'x'.repeat(42)}+`],
  ])(
    'fails for a code_verifier of %s characters, although it is accepted (RFC 7636 4.1)',
    async (_, verifier) => {
      const { client_id: id } = await client.register()
      const code = await client.code(id, { code_challenge: await challengeOf(verifier) })
      await tokensOf(client.exchange(id, code, { code_verifier: verifier }))
      expect(await verdicts(id, 'failed')).toContain('verifier-form')
      expect(JSON.stringify(await world.events())).not.toContain(JSON.stringify(verifier))
    },
  )

  it('fails for ignoring the challenge', async () => {
    await client.request('/mcp')
    await client.fetch(`${APP}/.well-known/oauth-protected-resource/mcp`)
    const { client_id: id } = await client.register()
    expect((await reportOf(id)).checks[0]).toMatchObject({
      id: 'resource-metadata',
      verdict: 'failed',
      why: expect.stringContaining('/.well-known/cloudflare-access-protected-resource/mcp'),
    })
  })

  it('fails for reusing a rotated refresh token, within a grace window too [T13]', async () => {
    const grace = clientOf({ REFRESH_TOKEN_GRACE: '30s' })
    const { clientId, tokens } = await grace.connect()
    expect((await grace.refresh(clientId, tokens.refresh_token)).status).toBe(200)
    expect(await verdicts(clientId, 'failed')).not.toContain('rotation')
    expect((await grace.refresh(clientId, tokens.refresh_token)).status).toBe(200)
    expect(await verdicts(clientId, 'failed')).toContain('rotation')
  })

  it('fails for redeeming the code of a response with a wrong iss [RFC 9207 2.4]', async () => {
    await strikeOnce('wrong-issuer')
    const { clientId } = await client.connect()
    expect(await verdicts(clientId, 'failed')).toContain('issuer')
  })

  it('does not fail for requests of other clients with its user agent', async () => {
    const { clientId, tokens } = await client.connect()
    await client.request('/mcp', tokens.access_token)
    const before = await verdicts(clientId, 'failed')
    await client.request('/mcp', 'a-token-of-another-server')
    await client.request('/mcp', 'oauth:made:up')
    await client.postForm('/oauth/revoke', { token: 'x', client_id: 'nobody' })
    await client.exchange('nobody', 'x')
    await client.request('/mcp', tokens.access_token)
    expect(await verdicts(clientId, 'failed')).toEqual(before)
  })

  it('fails for asking the person although it could refresh', async () => {
    const { clientId, tokens } = await client.connect()
    await world.advance('16m')
    await client.request('/mcp', tokens.access_token)
    await client.authorization(clientId)
    expect(await verdicts(clientId, 'failed')).toContain('refreshes')
  })
})

describe('The report', () => {
  it('is JSON unless a page is preferred', async () => {
    const { client_id: id } = await client.register()
    const types = await Promise.all(
      [undefined, '*/*', 'application/json', 'text/html,*/*;q=0.8'].map(
        async (accept) => (await ask(id, accept)).headers.get('content-type')?.split(';')[0],
      ),
    )
    const json = 'application/json'
    expect(types).toEqual([json, json, json, 'text/html'])
    expect((await ask(id)).headers.get('vary')).toContain('Accept')
    expect((await ask(id)).headers.get('cache-control')).toBe('no-store')
  })

  it('is a page that lists failures first and links to the events', async () => {
    await client.request('/mcp')
    const { client_id: id } = await client.register({ client_name: '<b>Careless</b>' })
    const person = await new Person(BROWSER).open(`${APP}/_emulator/clients/${id}/report`)
    const { html, text, title } = person.page ?? {}
    expect(title).toBe('Report: <b>Careless</b>')
    expect(text).toContain('Report of <b>Careless</b>')
    const headings = html?.querySelectorAll('h2').map((each) => each.text.trim())
    expect(headings).toEqual([
      expect.stringMatching(/^Failed \(\d+\)$/),
      expect.stringMatching(/^Passed \(\d+\)$/),
      expect.stringMatching(/^Not seen \(\d+\)$/),
    ])
    const registration = (await world.events()).find(({ kind }) => kind === 'registration')
    const hrefs = html?.querySelectorAll('a').map((each) => each.getAttribute('href'))
    const number = Number(registration?.number)
    expect(hrefs).toContain(`/_emulator/console/events/${number}`)
  })

  it('is a 404 for an unknown client', async () => {
    const response = await ask('no-such-client')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: 'not_found' })
    const person = await new Person(BROWSER).open(`${APP}/_emulator/clients/nobody/report`)
    expect(person.page).toMatchObject({ status: 404, title: 'Unknown client' })
  })

  it('contains no secret and no token', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    const text = await (await ask(clientId)).text()
    for (const secret of [tokens.access_token, tokens.refresh_token]) {
      expect(text).not.toContain(secret)
    }
  })
})
