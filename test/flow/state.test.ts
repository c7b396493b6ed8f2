import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { CONNECTED } from '../support/dashboard'
import { ADA, APP, emulator } from '../support/emulator'
import { Person } from '../support/person'

const world = emulator()
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(world.reset)

type State = {
  version: number
  clients: Record<string, unknown>
  grants: { state: { revoked: boolean } }[]
  emulator: {
    state: { clockOffsetSeconds: number; revocations: object }
    tables: Record<string, unknown[]>
  }
}
const save = async () => (await (await control('GET', 'state')).json()) as State
const load = (state: unknown) => control('PUT', 'state', state)
const json = async (response: Response) => (await response.json()) as Record<string, unknown>
const headers = { authorization: 'Bearer anything', 'content-type': 'application/json' }
const APPS = `${APP}/client/v4/accounts/${'a'.repeat(32)}/access/apps`

describe('The state', () => {
  it('brings clients, grants and tokens back after a reset: what was good is good again', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    const state = await save()
    await world.reset()
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
    expect(await json(await load(state))).toEqual({ loaded: { clients: 1, grants: 1 } })
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(200)
    const next = await json(await client.refresh(clientId, tokens.refresh_token))
    expect(next).toHaveProperty('refresh_token')
    // A rotated token is known to be rotated, there too.
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(400)
  })

  it('takes the place of what was there: what came after it was written is gone', async () => {
    const state = await save()
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await load(state)
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(401)
    expect((await save()).clients).toEqual({})
  })

  it('holds the rotated and the revoked: a copy of it is no way round either', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await client.refresh(clientId, tokens.refresh_token)
    const rotated = await save()
    await control('POST', 'reset')
    await load(rotated)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(400)
    const revoked = await save()
    expect(revoked.grants[0]?.state.revoked).toBe(true)
    await load(revoked)
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(401)
  })

  it('holds the sign-in of a browser, and its cookie', async () => {
    const person = new Person(world.fetch)
    await person.open(`${APP}/`)
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('Access let you in as ada@example.com')
    const state = await save()
    await world.reset()
    await person.open(`${APP}/`)
    expect(person.page?.text).not.toContain('Access let you in')
    await load(state)
    const again = await world.fetch(`${APP}/whoami`, {
      headers: { cookie: person.cookies('localhost:8788') },
    })
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ claims: { email: 'ada@example.com' } })
  })

  it('ends the sign-ins of browsers that came after it was written', async () => {
    const state = await save()
    const person = new Person(world.fetch)
    await person.open(`${APP}/whoami`)
    await person.press('ada@example.com')
    const headers = { cookie: person.cookies('localhost:8788') }
    const isLetIn = async () => (await world.fetch(`${APP}/whoami`, { headers })).status === 200
    expect(await isLetIn()).toBe(true)
    await load(state)
    expect(await isLetIn()).toBe(false)
    // Nor does it come back with another load of the same, or of a later one.
    await load(state)
    await load(await save())
    expect(await isLetIn()).toBe(false)
  })

  it('ends the sign-ins at the dashboard that came after it was written, and no others', async () => {
    const person = async () => {
      const person = await new Person(world.fetch).open(CONNECTED)
      return person.press('ada@example.com')
    }
    const early = await person()
    const state = await save()
    const late = await person()
    expect([early.page?.url, late.page?.url]).toEqual([CONNECTED, CONNECTED])
    await load(state)
    await Promise.all([early.open(CONNECTED), late.open(CONNECTED)])
    expect(early.page?.url).toBe(CONNECTED)
    expect(late.page?.url).not.toBe(CONNECTED)
  })

  it('leaves the assertions of its grants good where an origin hands them on [O14]', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    const state = await save()
    await world.reset()
    await load(state)
    const answer = await json(await client.request('/whoami', tokens.access_token))
    const { 'cf-access-jwt-assertion': assertion = '' } = answer.headers as Record<string, string>
    const headers = { 'cf-access-token': assertion }
    expect((await world.fetch(`${APP}/whoami`, { headers })).status).toBe(200)
  })

  it('holds what the API has edited, the clock, automatic sign-in, faults and quirks', async () => {
    await world.fetch(APPS, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'Made', type: 'self_hosted', domain: 'made.example.com' }),
    })
    await world.advance('3h')
    await world.signIn({ ...ADA, consent: 'deny' })
    await control('PUT', 'faults/error', { endpoint: 'token', times: 4 })
    await control('PUT', 'quirks/refresh-grace', { on: true })
    await control('PUT', 'dns', { 'example.com': ['text'] })
    const state = await save()
    await world.reset()
    await load(state)
    const apps = (await json(await world.fetch(APPS, { headers }))).result as { name: string }[]
    expect(apps.map(({ name }) => name)).toContain('Made')
    expect(await json(await control('GET', 'clock'))).toMatchObject({ offset_seconds: 10_800 })
    expect(await json(await control('GET', 'auto-sign-in'))).toEqual({ ...ADA, consent: 'deny' })
    expect(await json(await control('GET', 'dns'))).toEqual({ 'example.com': ['text'] })
    expect(JSON.stringify(await json(await control('GET', 'faults')))).toContain('"left":4')
    const { quirks } = await json(await control('GET', 'quirks'))
    expect(quirks).toContainEqual(expect.objectContaining({ name: 'refresh-grace', on: true }))
  })

  it('is the same when it is written, loaded and written again', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await client.refresh(clientId, tokens.refresh_token)
    const first = await save()
    await load(first)
    const second = await save()
    const plain = ({ emulator: { state, ...emulator }, ...rest }: State) => {
      const revocations = { ...state.revocations, ...HISTORY }
      return {
        ...rest,
        at: '',
        emulator: { ...emulator, state: { ...state, ...COUNTERS, revocations } },
      }
    }
    expect(plain(second)).toEqual(plain(first))
  })

  it.each([
    ['nothing', {}],
    ['another version', { version: 2 }],
    ['no object', 'state'],
  ])('refuses %s, and changes nothing', async (_, state) => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    const response = await load(state)
    expect(response.status).toBe(400)
    expect(await json(response)).toMatchObject({ error: 'invalid_request' })
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(200)
  })

  it('refuses a state with a wrong member, names it, and changes nothing', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    const state = await save()
    const wrong = { ...state, emulator: { ...state.emulator, keys: [] } }
    const response = await load(wrong)
    expect(response.status).toBe(400)
    expect(String((await json(response)).error_description)).toContain('emulator.keys')
    const tables = { ...state.emulator.tables, user: [{ nobody: 1 }] }
    const row = { ...state, emulator: { ...state.emulator, tables } }
    expect((await load(row)).status).toBe(400)
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(200)
  })
})

// Counted on by a load, so that every isolate notices.
const COUNTERS = { keyRevision: 0, configurationRevision: 0 }
// What tells sign-ins of this state from those after it.
const HISTORY = { count: 0, history: '', earlier: [] }

describe('Automatic sign-in by rules', () => {
  const put = async (rules: unknown) => {
    const response = await control('PUT', 'auto-sign-in', rules)
    if (!response.ok) throw new Error(await response.text())
  }
  const who = async (clientId: string) => {
    const response = await client.authorization(clientId)
    const code = URL.parse(response.headers.get('location') ?? '')?.searchParams.get('code')
    if (!code) return undefined
    const tokens = await json(await client.exchange(clientId, code))
    const claims = await json(await client.request('/whoami', String(tokens.access_token)))
    return (claims.claims as { email: string }).email
  }

  it('is for the next n authorizations, exactly', async () => {
    const { client_id } = await client.register()
    await put({ ...ADA, times: 2 })
    const all = await Promise.all([who(client_id), who(client_id), who(client_id)])
    expect(all.filter((email) => email === 'ada@example.com')).toHaveLength(2)
    expect(await json(await control('GET', 'auto-sign-in'))).toBeNull()
  })

  it('takes different people one after the other', async () => {
    const { client_id } = await client.register()
    await put([
      { ...ADA, times: 1 },
      { email: 'grace@example.com', times: 1 },
    ])
    expect(await who(client_id)).toBe('ada@example.com')
    expect(await who(client_id)).toBe('grace@example.com')
    expect(await who(client_id)).toBeUndefined()
  })

  it('is for one client, where the rule names it', async () => {
    const [first, second] = [await client.register(), await client.register()]
    await put([
      { email: 'grace@example.com', client: second.client_id },
      { ...ADA, client: first.client_id },
    ])
    expect(await who(first.client_id)).toBe('ada@example.com')
    expect(await who(second.client_id)).toBe('grace@example.com')
    expect(await who((await client.register()).client_id)).toBeUndefined()
  })

  it('leaves the person on a consent page who they are', async () => {
    const { client_id } = await client.register()
    const person = new Person(world.fetch)
    await person.open(await client.authorizationUrl(client_id))
    await person.press('grace@example.com')
    await put({ ...ADA, times: 1 })
    await person.press('allow')
    const code = person.callback?.searchParams.get('code') ?? ''
    const tokens = await json(await client.exchange(client_id, code))
    const { claims } = await json(await client.request('/whoami', String(tokens.access_token)))
    expect(claims).toMatchObject({ email: 'grace@example.com' })
    expect(await json(await control('GET', 'auto-sign-in'))).toMatchObject({ times: 1 })
  })

  it.each([
    [{ email: 'ada@example.com', times: 0 }],
    [{ email: 'ada@example.com', times: 1.5 }],
    [{ email: 'ada@example.com', client: '' }],
    [[{ email: 'ada@example.com' }, { email: 'nobody' }]],
    [{ email: 'ada@example.com', who: 'else' }],
  ])('refuses %j, and leaves what there was', async (rules) => {
    await put(ADA)
    expect((await control('PUT', 'auto-sign-in', rules)).status).toBe(400)
    expect(await json(await control('GET', 'auto-sign-in'))).toEqual({ ...ADA, consent: 'allow' })
  })
})

describe('The lists', () => {
  it('show clients, and forget one: its next request is of a client that nobody knows [P10]', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect({ client_name: 'Forget me' })
    const { clients } = await json(await control('GET', 'clients'))
    expect(clients).toMatchObject([
      { id: clientId, name: 'Forget me', registered_at: expect.any(String) },
    ])
    expect((await control('DELETE', `clients/${clientId}`)).status).toBe(200)
    const refused = await client.refresh(clientId, tokens.refresh_token)
    expect([refused.status, (await json(refused)).error]).toEqual([401, 'invalid_client'])
    expect((await control('DELETE', `clients/${clientId}`)).status).toBe(404)
  })

  it('never show a secret or a hash of one', async () => {
    await client.register({ token_endpoint_auth_method: 'client_secret_post' })
    expect(await (await control('GET', 'clients')).text()).not.toMatch(/secret(?!_post)|hash/i)
  })

  it('page by a cursor', async () => {
    for (let count = 0; count < 55; count++) await client.register()
    const first = await json(await control('GET', 'clients'))
    expect(first.clients).toHaveLength(50)
    const second = await json(await control('GET', `clients?cursor=${first.cursor}`))
    expect(second.clients).toHaveLength(5)
    expect(second.cursor).toBeUndefined()
  })

  it('show grants with their tokens, end one token, and then the grant', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    const next = await json(await client.refresh(clientId, tokens.refresh_token))
    const grants = async () =>
      (await json(await control('GET', 'grants'))).grants as {
        id: string
        revoked: boolean
        tokens: { id: string }[]
      }[]
    const [grant] = await grants()
    expect(grant).toMatchObject({
      client: { id: clientId, name: 'Test client' },
      application: { name: 'Demo' },
      ...ADA,
      revoked: false,
      tokens: [{ id: expect.any(String) }, { id: expect.any(String) }],
    })
    expect(JSON.stringify(grant)).not.toContain(tokens.access_token.slice(-20))
    for (const { id } of grant?.tokens ?? []) {
      expect((await control('DELETE', `grants/${grant?.id}/tokens/${id}`)).status).toBe(200)
    }
    for (const token of [tokens.access_token, String(next.access_token)]) {
      expect((await client.request('/whoami', token)).status).toBe(401)
    }
    const third = await json(await client.refresh(clientId, String(next.refresh_token)))
    expect((await control('DELETE', `grants/${grant?.id}`)).status).toBe(200)
    expect((await client.refresh(clientId, String(third.refresh_token))).status).toBe(400)
    expect((await grants())[0]?.revoked).toBe(true)
    expect((await control('DELETE', 'grants/nobody')).status).toBe(404)
    expect((await control('DELETE', `grants/${grant?.id}/tokens/nothing`)).status).toBe(404)
  })

  it('show the sign-ins of browsers, and end one', async () => {
    const person = new Person(world.fetch)
    await person.open(`${APP}/`)
    await person.press('ada@example.com')
    const sessions = async () =>
      (await json(await control('GET', 'sessions'))).sessions as { id: string }[]
    const [session, ...more] = await sessions()
    expect(more).toEqual([])
    expect(session).toMatchObject({ ...ADA, applications: [{ name: 'Demo' }] })
    expect((await control('DELETE', `sessions/${session?.id}`)).status).toBe(200)
    expect(await sessions()).toEqual([])
    await person.open(`${APP}/`)
    expect(person.page?.text).not.toContain('Access let you in')
    expect((await control('DELETE', `sessions/${session?.id}`)).status).toBe(404)
  })
})
