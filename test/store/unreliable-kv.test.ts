import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Client, type Tokens } from '../support/client'
import { controlOf, stored } from '../support/control'
import { ADA, APP, clientOf, type Emulator, emulator, stopClock } from '../support/emulator'
import { NAVIGATION, Person } from '../support/person'
import { alarms, bindings } from '../support/store'
import { type Unreliability, UnreliableKv } from '../support/unreliable-kv'

stopClock()

// A reliable KV, which a test makes unreliable.
const world = emulator()
const client = new Client(world.fetch)
let now = 0
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
  now = 0
})

/** Moves the clock of the emulator and of every KV. */
async function advance(seconds: number) {
  await world.advance(`${seconds}s`)
  now += seconds
}

/** An emulator at another location: another isolate, with another view of the same KV. */
function elsewhere(is: Unreliability, seed = 1): { there: Emulator; kv: UnreliableKv } {
  const kv = new UnreliableKv((env as { KV: KVNamespace }).KV, () => now, is, seed)
  return { there: emulator({ KV: kv.binding }), kv }
}

const state = () => stored(controlOf(world.fetch))
const isUnavailable = async (response: Response) => {
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
  expect(await response.json()).toEqual({
    error: 'temporarily_unavailable',
    error_description: expect.stringContaining('try again'),
  })
}

describe('A failed write to KV is a 503 with Retry-After, and changes nothing', () => {
  const { there, kv } = elsewhere({})
  const failing = new Client(there.fetch)
  beforeEach(() => {
    kv.is = { failingWrites: 1 }
  })

  it('registration: no client is created', async () => {
    const before = await state()
    const response = await failing.registration()
    expect(response.headers.get('cache-control')).toBe('no-store')
    await isUnavailable(response)
    expect(await state()).toEqual(before)
  })

  it('sign-in: a page and no cookie; the same form signs in later', async () => {
    await world.signIn(null)
    const person = await new Person(there.fetch).open(`${APP}/whoami`)
    const form = person.page
    const cookies = () => [person.cookies('localhost'), person.cookies('127.0.0.1')]
    const before = cookies()
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({ status: 503, title: 'Temporarily unavailable' })
    expect(person.page?.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(cookies()).toEqual(before)
    const told = (await world.events()).map(({ kind }) => kind)
    expect(told).not.toContain('signed-in')
    kv.is = {}
    person.page = form
    await person.press('ada@example.com')
    expect(person.page?.url).toBe(`${APP}/whoami`)
  })

  it('remembered consent (a quirk): no code and no grant', async () => {
    const { client_id } = await client.register()
    await controlOf(world.fetch)('PUT', 'quirks/consent-remembered', { on: true })
    const response = await failing.authorization(client_id)
    await isUnavailable(response)
    expect(response.headers.get('location')).toBeNull()
  })

  it('a policy test of the API: a refusal in the envelope', async () => {
    const response = await there.fetch(
      `${APP}/client/v4/accounts/${'a'.repeat(32)}/access/policy-tests`,
      {
        method: 'POST',
        headers: { authorization: 'Bearer anything', 'content-type': 'application/json' },
        body: JSON.stringify({
          policies: [{ name: 'x', decision: 'allow', include: [{ everyone: {} }] }],
        }),
      },
    )
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
    expect(await response.json()).toMatchObject({ success: false, result: null })
  })

  it('loading a state: the previous state remains', async () => {
    const { tokens } = await client.connect()
    const saved = await (await controlOf(world.fetch)('GET', 'state')).json()
    await isUnavailable(await controlOf(there.fetch)('PUT', 'state', saved))
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  it('exchange and refresh need no write: they succeed, and the grant is listed once KV works', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const exchange = await failing.exchange(client_id, code)
    expect(exchange.status).toBe(200)
    const { refresh_token } = (await exchange.json()) as Tokens
    expect((await failing.refresh(client_id, refresh_token)).status).toBe(200)
    kv.is = {}
    const listed = async () => expect(JSON.parse(await state()).grants).toHaveLength(1)
    await vi.waitFor(listed, { timeout: 10_000 })
  })
})

it('A reset while KV fails deletes the records later', async () => {
  const { KV } = bindings
  const clients = async () => (await KV.list()).keys.filter(({ name }) => name.includes(':client:'))
  await client.register()
  expect(await clients()).toHaveLength(1)
  const { there } = elsewhere({ failingReads: 1, failingWrites: 1 })
  await there.reset()
  await vi.waitFor(async () => {
    // The reset does not wait for the deletion, so a collection may come before its failure is known.
    await advance(6 * 3600)
    await alarms()
    expect(await clients()).toEqual([])
  }, 20_000)
})

describe('A failed read of KV', () => {
  it('is a 503 if only KV has the record: a client', async () => {
    const { client_id } = await client.register()
    const failing = new Client(elsewhere({ failingReads: 1 }).there.fetch)
    const code = await client.code(client_id)
    await isUnavailable(await failing.exchange(client_id, code))
    await isUnavailable(await failing.authorization(client_id))
    expect((await client.exchange(client_id, code)).status).toBe(200)
  })

  it('has no effect if a Durable Object has the record: access tokens are admitted and refused as usual', async () => {
    const { clientId, tokens } = await client.connect()
    const failing = new Client(elsewhere({ failingReads: 1 }).there.fetch)
    await expect(failing.request('/whoami', tokens.access_token)).toBeAdmitted()
    await client.postForm('/oauth/revoke', { client_id: clientId, token: tokens.refresh_token })
    await expect(failing.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  })

  it('has no effect on the refresh of a known client, whose grant is read from its Durable Object', async () => {
    const { there, kv } = elsewhere({})
    const failing = new Client(there.fetch)
    const { client_id } = await failing.register()
    const exchange = await client.exchange(client_id, await client.code(client_id))
    const { refresh_token } = (await exchange.json()) as Tokens
    kv.is = { failingReads: 1 }
    expect((await failing.refresh(client_id, refresh_token)).status).toBe(200)
  })

  it('is a page for a browser, and does not end its session', async () => {
    await world.signIn(null)
    const { there, kv } = elsewhere({})
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    await person.press('ada@example.com')
    kv.is = { failingReads: 1 }
    const cookie = person.cookies('127.0.0.1')
    const headers = { ...NAVIGATION, cookie }
    const { client_id } = await client.register()
    const url = await client.authorizationUrl(client_id)
    // Another request may have read the client before.
    kv.is = {}
    await there.fetch(url, { headers: { accept: 'text/html' } })
    kv.is = { failingReads: 1 }
    const response = await there.fetch(url, { headers })
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toMatch('text/html')
    expect(response.headers.getSetCookie()).toEqual([])
  })
})

describe('KV that is 60 seconds stale', () => {
  it('may refuse a new client for 60 seconds, and accepts it afterwards', async () => {
    const { there, kv } = elsewhere({ staleSeconds: 0 })
    const registration = (await (await new Client(there.fetch).registration()).json()) as {
      client_id: string
    }
    // The isolate that wrote the record sees it at once, whatever KV returns.
    kv.is = { staleSeconds: 60 }
    expect((await new Client(there.fetch).authorization(registration.client_id)).status).toBe(302)
    // Another one behind the same KV.
    const other = clientOf({ KV: kv.binding })
    const first = await other.authorization(registration.client_id)
    expect([302, 400]).toContain(first.status)
    await advance(60)
    expect((await other.authorization(registration.client_id)).status).toBe(302)
  })

  it('finds a grant whose record is not visible yet in its Durable Object', async () => {
    const { there, kv } = elsewhere({ staleSeconds: 60 })
    const late = new Client(there.fetch)
    const { clientId, tokens } = await late.connect()
    kv.is = { staleSeconds: 60 }
    const elsewhereYet = clientOf({ KV: kv.binding })
    await expect(elsewhereYet.request('/whoami', tokens.access_token)).toBeAdmitted()
    await advance(60)
    expect((await elsewhereYet.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it.each([
    [
      'a refresh token that was revoked',
      (clientId: string, tokens: Tokens) =>
        client.postForm('/oauth/revoke', { client_id: clientId, token: tokens.refresh_token }),
    ],
    [
      'a refresh token that was rotated and is used again',
      async (clientId: string, tokens: Tokens) => {
        await client.refresh(clientId, tokens.refresh_token)
        await client.refresh(clientId, tokens.refresh_token)
      },
    ],
    ['a person who was deleted', () => world.revoke({ deleted_person: 'ada@example.com' })],
    ['a reset', () => world.reset()],
  ])('never admits after %s', async (_, end) => {
    const { there } = elsewhere({ staleSeconds: 60, slowMs: 5 })
    const late = new Client(there.fetch)
    const { clientId, tokens } = await client.connect()
    await advance(61)
    await expect(late.request('/whoami', tokens.access_token)).toBeAdmitted()
    await end(clientId, tokens)
    await expect(late.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    expect((await late.refresh(clientId, tokens.refresh_token)).ok).toBe(false)
  })

  it('never signs in by a session that has ended', async () => {
    await world.signIn(null)
    const { there } = elsewhere({ staleSeconds: 60 })
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    await person.press('ada@example.com')
    await advance(61)
    const cookie = person.cookies('localhost')
    const opened = () => there.fetch(`${APP}/whoami`, { headers: { accept: 'text/html', cookie } })
    expect((await opened()).status).toBe(200)
    await world.revoke({ person: 'ada@example.com' })
    expect((await opened()).status).toBe(302)
  })
})

describe('KV that is stale, slow and failing at random', () => {
  it.each([1, 2, 3])(
    'every response is right or a 503, and retries succeed (seed %i)',
    async (seed) => {
      const is = { staleSeconds: 60, slowMs: 20, failingReads: 0.3, failingWrites: 0.3 }
      const { there, kv } = elsewhere(is, seed)
      const shaky = new Client(there.fetch)
      const tried = async (send: () => Promise<Response>): Promise<Response> => {
        for (let tries = 0; tries < 50; tries++) {
          const response = await send()
          if (response.status !== 503) return response
          expect(response.headers.has('retry-after')).toBe(true)
        }
        throw new Error('never available')
      }
      const lives = Array.from({ length: 10 }, async () => {
        const registration = await tried(() => shaky.registration())
        expect(registration.status).toBe(201)
        const { client_id } = (await registration.json()) as { client_id: string }
        const authorization = await tried(() => shaky.authorization(client_id))
        const code = new URL(authorization.headers.get('location') ?? '').searchParams.get('code')
        const exchange = await tried(() => shaky.exchange(client_id, code ?? ''))
        expect(exchange.status).toBe(200)
        const first = (await exchange.json()) as Tokens
        const refresh = await tried(() => shaky.refresh(client_id, first.refresh_token))
        expect(refresh.status).toBe(200)
        const next = (await refresh.json()) as Tokens
        const admission = await tried(() => shaky.request('/whoami', next.access_token))
        expect(admission.status).toBe(200)
        const reuse = await tried(() => shaky.refresh(client_id, first.refresh_token))
        expect(reuse.status).toBe(400)
        const late = await tried(() => shaky.request('/whoami', next.access_token))
        expect(late.status).toBe(401)
      })
      await Promise.all(lives)
      expect(kv.failedWrites).toBeGreaterThan(0)
    },
  )
})
