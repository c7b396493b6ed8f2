import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, emulator, LOGIN_TITLE, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
beforeEach(world.reset)

const control = (method: string, path: string, body?: unknown, headers = {}) =>
  world.fetch(`${APP}/_emulator/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' || body === undefined ? body : JSON.stringify(body),
  })
type Clock = { now: string; now_seconds: number; offset_seconds: number }
const clock = async () => (await (await control('GET', 'clock')).json()) as Clock

describe('The emulated clock', () => {
  it('is the real one at first', async () => {
    const { now, now_seconds, offset_seconds } = await clock()
    expect(offset_seconds).toBe(0)
    expect(Math.abs(now_seconds - Date.now() / 1000)).toBeLessThan(2)
    expect(Date.parse(now)).toBe(now_seconds * 1000)
  })

  it.each([
    ['16m', 960],
    ['1h30m', 5400],
    ['24h', 86_400],
  ])('moves forward by a duration: %s', async (advance, seconds) => {
    const response = await control('PATCH', 'clock', { advance })
    expect(await response.json()).toMatchObject({ offset_seconds: seconds })
    await control('PATCH', 'clock', { advance: '1s' })
    expect((await clock()).offset_seconds).toBe(seconds + 1)
  })

  it('applies each of several simultaneous advances', async () => {
    const move = () => control('PATCH', 'clock', { advance: '1m' })
    await Promise.all(Array.from({ length: 10 }, move))
    expect((await clock()).offset_seconds).toBe(600)
  })

  it('can be set to a time, forward or back, and continues from there', async () => {
    for (const now of ['2027-01-01T00:00:00Z', '2020-02-29T12:00:00+01:00']) {
      await control('PATCH', 'clock', { now })
      expect(Math.abs((await clock()).now_seconds - Date.parse(now) / 1000)).toBeLessThan(3)
    }
  })

  it('returns to the real time', async () => {
    await control('PATCH', 'clock', { advance: '24h' })
    await control('PATCH', 'clock', { reset: true })
    expect((await clock()).offset_seconds).toBe(0)
  })

  it.each([
    ['nothing', {}],
    ['two at once', { advance: '1m', reset: true }],
    ['no duration', { advance: 'soon' }],
    ['days', { advance: '1d' }],
    ['a negative duration', { advance: '-5m' }],
    ['more years than four digits can say', { advance: '2000000000h' }],
    ['beyond the year 9999', { advance: '80000000h' }],
    ['a date without a time', { now: '2027-01-01' }],
    ['reset: false', { reset: false }],
    ['an array', []],
    ['null', 'null'],
    ['truncated JSON', '{"advance":'],
    ['no body', undefined],
  ])('refuses %s and stays unchanged', async (_, body) => {
    const response = await control('PATCH', 'clock', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    expect((await clock()).offset_seconds).toBe(0)
  })

  it('decides whether tokens are expired, also when it is set back', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    await world.advance('15m')
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await control('PATCH', 'clock', { reset: true })
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })
})

describe('Automatic sign-in', () => {
  it('is off at first, is returned as it is set, and is off again with null', async () => {
    const show = async () => (await control('GET', 'auto-sign-in')).json()
    expect(await show()).toBeNull()
    const who = { email: 'ada@example.com', consent: 'deny' }
    expect(await (await control('PUT', 'auto-sign-in', who)).json()).toEqual(who)
    expect(await show()).toEqual(who)
    await control('PUT', 'auto-sign-in', 'null')
    expect(await show()).toBeNull()
  })

  it.each([
    ['email', { email: 'nobody', consent: 'allow' }],
    ['email', { consent: 'allow' }],
    ['consent', { email: 'ada@example.com', consent: 'maybe' }],
    ['the body', { email: 'ada@example.com', consents: 'allow' }],
    ['the body', 7],
  ])('refuses a wrong %s: %j', async (member, body) => {
    const response = await control('PUT', 'auto-sign-in', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error_description: expect.stringMatching(new RegExp(`^${member}: `)),
    })
    expect(await (await control('GET', 'auto-sign-in')).json()).toBeNull()
  })
})

describe('A reset', () => {
  it('deletes clients, grants and sessions, and restores every switch', async () => {
    const person = await new Person(world.fetch).open(`${APP}/`)
    await person.press('ada@example.com')
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await world.advance('1m')
    await world.reset()
    expect((await clock()).offset_seconds).toBe(0)
    expect(await (await control('GET', 'auto-sign-in')).json()).toBeNull()
    expect((await client.authorization(clientId)).status).toBe(400)
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_client')
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    const { client_id } = await client.register()
    await person.open(await client.authorizationUrl(client_id))
    expect(person.page?.title).toBe(LOGIN_TITLE)
  })

  it("invalidates browsers' cookies too, those revoked before included", async () => {
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    await person.press('ada@example.com')
    const headers = { cookie: person.cookies('localhost') }
    expect((await world.fetch(`${APP}/whoami`, { headers })).status).toBe(200)
    await world.revoke({ person: 'ada@example.com' })
    await world.reset()
    expect((await world.fetch(`${APP}/whoami`, { headers })).status).toBe(401)
  })

  it('keeps the signing keys, so that origins need not fetch them again', async () => {
    const certs = async () => (await world.fetch(`${TEAM}/cdn-cgi/access/certs`)).text()
    const before = await certs()
    await world.reset()
    expect(await certs()).toBe(before)
  })
})

describe('Control of the emulator', () => {
  it.each(['http://localhost:8788', 'http://127.0.0.1:8788', 'http://[::1]:8788'])(
    'is served on this machine: %s',
    async (host) => {
      expect((await world.fetch(`${host}/_emulator/clock`)).status).toBe(200)
    },
  )

  it.each([
    ['another host', 'http://emulator.example', {}, 503],
    ['a look-alike', 'http://localhost.evil.example', {}, 503],
    ['a web page elsewhere', APP, { origin: 'https://evil.example' }, 403],
    ['a page without an origin', APP, { origin: 'null' }, 403],
  ])('is refused for %s, and nothing changes', async (_, host, headers, status) => {
    await world.signIn(ADA)
    const response = await world.fetch(`${host}/_emulator/reset`, { method: 'POST', headers })
    expect(response.status).toBe(status)
    expect(await (await control('GET', 'auto-sign-in')).json()).toMatchObject(ADA)
  })

  it('names every address, that of the published keys included, wherever Access is', async () => {
    const { fetch } = emulator({ ACCESS_PATH: '/.access' })
    const urls = await (await fetch(`${APP}/_emulator/urls`)).json()
    expect(urls).toEqual({
      application: APP,
      mcp_server: `${APP}/mcp`,
      team_domain: TEAM,
      console: `${APP}/_emulator/`,
      api: `${APP}/client/v4`,
      issuer: TEAM,
      aud: expect.stringMatching(/^[0-9a-f]{64}$/),
      certs: `${TEAM}/.access/certs`,
      portals: [],
    })
    expect((await fetch(`${TEAM}/.access/certs`)).status).toBe(200)
  })

  it('never reaches the origin', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    expect((await client.request('/_emulator/nothing', tokens.access_token)).status).toBe(404)
  })
})
