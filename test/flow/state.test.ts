import { beforeEach, describe, expect, it } from 'vitest'
import { KINDS } from '../../src/store/kinds'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { CONNECTED, DashClient, withClients } from '../support/dashboard'
import { ADA, APP, emulator, stopClock } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
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
/** The members of a state that the tests change so that it is refused. */
type Whole = {
  clients: Record<string, unknown>
  sessions: Record<string, unknown>
  consents?: unknown
  policy_tests?: unknown
  grants: ({ state: { grant: { identity: { claims: Record<string, unknown> } } } } | undefined)[]
  emulator: {
    keys: ({ jwk: object } | undefined)[]
    state: {
      clockOffsetSeconds: number
      revocations: Record<string, unknown>
      faults: unknown[]
    }
    tables: Record<string, unknown[]>
  }
}
// Signs a person in to the application in a browser.
const browse = async (person: Person) => {
  await person.open(`${APP}/whoami`)
  await person.press('ada@example.com')
}
const save = async () => (await (await control('GET', 'state')).json()) as State
const load = (state: unknown) => control('PUT', 'state', state)
const json = async (response: Response) => (await response.json()) as Record<string, unknown>
const headers = { authorization: 'Bearer anything', 'content-type': 'application/json' }
const APPS = `${APP}/client/v4/accounts/${'a'.repeat(32)}/access/apps`

describe('The state', () => {
  it('restores clients, grants and tokens after a reset', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    const state = await save()
    await world.reset()
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    expect(await json(await load(state))).toEqual({ loaded: { clients: 1, grants: 1 } })
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
    const next = await json(await client.refresh(clientId, tokens.refresh_token))
    expect(next).toHaveProperty('refresh_token')
    // A rotated token is known to be rotated, there too.
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('replaces everything: nothing that was created later remains', async () => {
    const state = await save()
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await load(state)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_client')
    expect((await save()).clients).toEqual({})
  })

  it('contains the grants of the dashboard', async () => {
    const dash = new DashClient(emulator(withClients({})).fetch)
    await world.signIn(ADA)
    const tokens = await dash.connect()
    const state = await save()
    await world.reset()
    expect(await dash.isGood(tokens.access_token)).toBe(false)
    await load(state)
    expect(await dash.isGood(tokens.access_token)).toBe(true)
    expect((await dash.refresh(tokens.refresh_token)).status).toBe(200)
  })

  it('contains rotations and revocations, so that loading it undoes neither', async () => {
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    await client.refresh(clientId, tokens.refresh_token)
    const rotated = await save()
    await control('POST', 'reset')
    await load(rotated)
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
    const revoked = await save()
    expect(revoked.grants[0]?.state.revoked).toBe(true)
    await load(revoked)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  })

  it('contains the sign-in of a browser, and its cookie', async () => {
    const person = new Person(world.fetch)
    await person.open(`${APP}/`)
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('You are signed in as ada@example.com')
    const state = await save()
    await world.reset()
    await person.open(`${APP}/`)
    expect(person.page?.text).not.toContain('You are signed in')
    await load(state)
    const again = await world.fetch(`${APP}/whoami`, {
      headers: { cookie: person.cookies('localhost:8788') },
    })
    expect(again.status).toBe(200)
    expect(await again.json()).toMatchObject({ claims: { email: 'ada@example.com' } })
  })

  it('ends the sign-ins of browsers that are newer than the state', async () => {
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

  it('ends the sign-ins at the dashboard that are newer than the state, and no others', async () => {
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

  it('keeps the assertions of its grants valid if an origin forwards them [O14]', async () => {
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

  it('contains edits of the API, the clock, automatic sign-in, faults and quirks', async () => {
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

  it('stays the same when it is saved, loaded and saved again', async () => {
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
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  describe('is refused, naming the wrong member, and nothing changes if', () => {
    type Wrong = [what: string, names: string, change: (state: Whole) => void]
    const user = {
      email: 'ada@example.com',
      name: 'Ada',
      createdAtSeconds: 1,
      updatedAtSeconds: 1,
      lastLoginAtSeconds: null,
    }
    const edit = (kind: string, id: string, value: unknown) => (state: Whole) => {
      state.emulator.tables.edit = [{ kind, id, value: JSON.stringify(value) }]
    }
    const portalState = (value: string) => (state: Whole) => {
      const row = { kind: 'grant', id: 'x', owner: 'x', endsAtSeconds: 1, value }
      state.emulator.tables.portal_state = [row]
    }
    const wrongs: Wrong[] = [
      [
        'there are no keys',
        'emulator.keys',
        ({ emulator }) => {
          emulator.keys = []
        },
      ],
      [
        'a key is there twice',
        'emulator.keys.1',
        ({ emulator }) => {
          emulator.keys[1] = emulator.keys[0]
        },
      ],
      [
        'a key signs nothing',
        'emulator.keys.0.jwk',
        ({ emulator }) => void Object.assign(emulator.keys[0]?.jwk ?? {}, { n: 'x' }),
      ],
      [
        'a row has other columns',
        'emulator.tables.user.0',
        ({ emulator }) => {
          emulator.tables.user = [{ nobody: 1 }]
        },
      ],
      [
        'a row is there twice',
        'emulator.tables.user.1: ada@example.com appears twice, expected unique keys',
        ({ emulator }) => {
          emulator.tables.user = [user, user]
        },
      ],
      [
        'the clock is beyond the year 9999',
        'emulator.state.clockOffsetSeconds',
        ({ emulator }) => {
          emulator.state.clockOffsetSeconds = 1e15
        },
      ],
      [
        'a time is none',
        'emulator.tables.user.0.createdAtSeconds',
        ({ emulator }) => {
          emulator.tables.user = [{ ...user, createdAtSeconds: 1e15 }]
        },
      ],
      ['an edit is a number', 'emulator.tables.edit.0.value', edit('applications', 'x', 5)],
      [
        'an edit is half a record',
        'emulator.tables.edit.0.value',
        edit('groups', 'x', { id: 'x' }),
      ],
      [
        'an edit is of another record',
        'emulator.tables.edit.0.value',
        edit('tags', 'x', { name: 'y' }),
      ],
      [
        'an edit deletes the organization',
        'emulator.tables.edit.0.value',
        edit('organizations', 'organization', null),
      ],
      [
        'a session is none',
        'emulator.tables.session.0.value',
        ({ emulator }) => {
          emulator.tables.session = [{ id: 'x', email: 'x', expiresAtSeconds: 1, value: '5' }]
        },
      ],
      [
        'a session is no JSON',
        'emulator.tables.session.0.value',
        ({ emulator }) => {
          emulator.tables.session = [{ id: 'x', email: 'x', expiresAtSeconds: 1, value: '{' }]
        },
      ],
      [
        'an edit is no JSON',
        'emulator.tables.edit.0.value: expected JSON',
        ({ emulator }) => {
          emulator.tables.edit = [{ kind: 'tags', id: 'x', value: '{' }]
        },
      ],
      [
        'a late edit is half a record',
        'emulator.tables.late_edit.0.value',
        ({ emulator }) => {
          const value = JSON.stringify({ id: 'x' })
          emulator.tables.late_edit = [{ kind: 'groups', id: 'x', value, untilSeconds: 1 }]
        },
      ],
      ['a state of a portal is no JSON', 'emulator.tables.portal_state.0', portalState('{')],
      [
        'a state of a portal is of another kind',
        'emulator.tables.portal_state.0',
        portalState('{}'),
      ],
      [
        'a fault has the parameters of another',
        'emulator.state.faults.0: the parameters do not match the fault clock-skew',
        ({ emulator }) => {
          const parameters = { delay: '5s' }
          emulator.state.faults = [{ name: 'clock-skew', parameters, left: null, struck: 0 }]
        },
      ],
      ['a grant is there twice', 'grants.1', ({ grants }) => void grants.push(grants[0])],
      [
        'a grant is of the dashboard',
        'grants.0.state.grant.applicationId',
        ({ grants }) => void Reflect.deleteProperty(grants[0]?.state.grant ?? {}, 'applicationId'),
      ],
      [
        'a client is under the id of another',
        'clients.another.clientId',
        ({ clients }) => {
          clients.another = Object.values(clients)[0]
        },
      ],
      [
        'an id is longer than a key of KV',
        'sessions',
        ({ sessions }) => {
          sessions['x'.repeat(600)] = Object.values(sessions)[0]
        },
      ],
    ]
    wrongs.push(
      [
        'the id of a grant is longer than a key of KV',
        'grants.0.state.grant.id',
        ({ grants }) => void Object.assign(grants[0]?.state.grant ?? {}, { id: 'x'.repeat(600) }),
      ],
      [
        'the e-mail address of a grant has a line break',
        'grants.0.state.grant.identity.email: expected an e-mail address',
        ({ grants }) =>
          void Object.assign(grants[0]?.state.grant.identity ?? {}, { email: 'ada@x\r\nX: y' }),
      ],
      [
        'a claim is nested too deep to be stored',
        'nested more than 50 levels deep',
        ({ grants }) => {
          const claims = grants[0]?.state.grant.identity.claims ?? {}
          claims.deep = JSON.parse('['.repeat(60) + ']'.repeat(60))
        },
      ],
    )
    it.each(wrongs)('%s', async (_, names, change) => {
      await browse(new Person(world.fetch))
      await world.signIn(ADA)
      const { tokens } = await client.connect()
      const state = (await save()) as unknown as Whole
      change(state)
      const response = await load(state)
      expect(response.status).toBe(400)
      const { error, error_description: description } = await json(response)
      expect([error, String(description)]).toEqual([
        'invalid_request',
        expect.stringContaining(names),
      ])
      await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
    })
  })

  it('contains edits that the edge does not see yet, and discards earlier ones [late-settings]', async () => {
    const late = { name: 'Late', type: 'self_hosted', domain: 'localhost:8788/late' }
    const policies = [{ name: 'All', decision: 'bypass', include: [{ everyone: {} }] }]
    const body = JSON.stringify({ ...late, policies })
    const isBypassed = async () => (await world.fetch(`${APP}/late`)).status !== 401
    const isLate = (on: boolean) =>
      control(on ? 'PUT' : 'DELETE', 'faults/late-settings', on ? { delay: '1h' } : undefined)
    await isLate(true)
    const before = await save()
    await world.fetch(APPS, { method: 'POST', headers, body })
    expect(await isBypassed()).toBe(false)
    const during = await save()
    await isLate(false)
    expect(await isBypassed()).toBe(true)
    await load(during)
    expect(await isBypassed()).toBe(false)
    await isLate(false)
    await isLate(true)
    expect(await isBypassed()).toBe(true)
    const { result } = await json(await world.fetch(APPS, { headers }))
    const made = (result as { id: string; name: string }[]).find(({ name }) => name === 'Late')
    await world.fetch(`${APPS}/${made?.id}`, { method: 'DELETE', headers })
    expect(await isBypassed()).toBe(true)
    await load(before)
    expect(await isBypassed()).toBe(false)
  })

  it('contains remembered consents and policy tests', async () => {
    await control('PUT', 'quirks/consent-remembered', { on: true })
    const person = new Person(world.fetch)
    const { client_id: id } = await client.register()
    await person.open(await client.authorizationUrl(id))
    await person.press('ada@example.com')
    await person.press('allow')
    const tests = APPS.replace('apps', 'policy-tests')
    const policies = [{ name: 'All', decision: 'allow', include: [{ everyone: {} }] }]
    const body = JSON.stringify({ policies })
    const made = await json(await world.fetch(tests, { method: 'POST', headers, body }))
    const { id: test } = made.result as { id: string }
    const state = await save()
    await world.reset()
    await load(state)
    await person.open(await client.authorizationUrl(id))
    expect(person.callback?.searchParams.has('code')).toBe(true)
    expect((await world.fetch(`${tests}/${test}`, { headers })).status).toBe(200)
  })

  it('of a version without histories, consents and late edits is accepted', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    const state = (await save()) as unknown as Whole
    const { consents: _, policy_tests: __, ...rest } = state
    delete (rest.emulator.tables as Record<string, unknown>).late_edit
    const { history: ___, earlier: ____, ...revocations } = rest.emulator.state.revocations
    rest.emulator.state.revocations = revocations
    expect((await load(rest)).status).toBe(200)
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  it('contains records of every kind that the API creates', async () => {
    const account = APPS.replace('/apps', '')
    const post = async (path: string, body: unknown) => {
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await world.fetch(`${account}/${path}`, init)
      expect([path, response.ok]).toEqual([path, true])
      return (await json(response)).result as { id: string }
    }
    const policy = { name: 'All', decision: 'allow', include: [{ everyone: {} }] }
    await post('tags', { name: 'made' })
    await post('groups', { name: 'Made', include: [{ email_domain: { domain: 'example.com' } }] })
    const { id } = await post('policies', policy)
    const own = { ...policy, precedence: 2 }
    const policies = [id, own]
    const oauth_configuration = { enabled: true, grant: { session_duration: '8h' } }
    const app = { name: 'Made', type: 'self_hosted', domain: 'made.example.com' }
    await post('apps', { ...app, policies, oauth_configuration, tags: ['made'] })
    await post('service_tokens', { name: 'Made', duration: '8760h' })
    const urls = { auth_url: 'https://a.example', token_url: 'https://a.example' }
    const config = { ...urls, certs_url: 'https://a.example', client_id: 'a', client_secret: 'b' }
    await post('identity_providers', { name: 'Made', type: 'oidc', config })
    const oauth = account.replace('/access', '/oauth_clients')
    const members = {
      client_name: 'Made',
      grant_types: ['authorization_code'],
      redirect_uris: ['https://a.example/callback'],
      response_types: ['code'],
      scopes: ['zone.read'],
      token_endpoint_auth_method: 'none',
      client_uri: 'https://a.example',
    }
    const server = { id: 'made', name: 'Made', auth_type: 'oauth' }
    await post('ai-controls/mcp/servers', { ...server, hostname: 'http://localhost:1/mcp' })
    await post('ai-controls/mcp/portals', { id: 'made', name: 'Made', hostname: 'portal.example' })
    const population = await post('user_populations', { name: 'Made' })
    const users = `${account}/user_populations/${population.id}/users`
    const zone = `${APPS.replace(/accounts.*/, '')}zones/${'e'.repeat(32)}/dns_records`
    const record = { type: 'TXT', name: 'made.example.com', content: 'made' }
    for (const [url, body] of [
      [oauth, members],
      [users, { userName: 'made@example.com' }],
      [zone, record],
    ] as const) {
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      expect((await world.fetch(url, init)).ok).toBe(true)
    }
    const organization = { method: 'PUT', headers, body: JSON.stringify({ name: 'Made' }) }
    expect((await world.fetch(`${account}/organizations`, organization)).status).toBe(200)
    const state = await save()
    const edits = ({ emulator }: State) =>
      (emulator.tables.edit as { kind: string; value: string }[]).map(({ value, ...edit }) => ({
        ...edit,
        value: JSON.parse(value),
      }))
    const kinds = edits(state).map(({ kind }) => kind)
    expect(new Set(kinds)).toEqual(new Set(KINDS))
    const response = await load(state)
    expect([response.status, await response.text()]).toEqual([200, expect.anything()])
    expect(edits(await save())).toEqual(edits(state))
  })
})

// Counted on by a load, so that every isolate notices.
const COUNTERS = { keyRevision: 0, configurationRevision: 0 }
// Distinguishes sign-ins of this state from later ones.
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

  it('can name different people one after the other', async () => {
    const { client_id } = await client.register()
    await put([
      { ...ADA, times: 1 },
      { email: 'grace@example.com', times: 1 },
    ])
    expect(await who(client_id)).toBe('ada@example.com')
    expect(await who(client_id)).toBe('grace@example.com')
    expect(await who(client_id)).toBeUndefined()
  })

  it('is for one client if the rule names it', async () => {
    const [first, second] = [await client.register(), await client.register()]
    await put([
      { email: 'grace@example.com', client: second.client_id },
      { ...ADA, client: first.client_id },
    ])
    expect(await who(first.client_id)).toBe('ada@example.com')
    expect(await who(second.client_id)).toBe('grace@example.com')
    expect(await who((await client.register()).client_id)).toBeUndefined()
  })

  it('does not change the person on an open consent page', async () => {
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
  ])('refuses %j, and keeps the previous rules', async (rules) => {
    await put(ADA)
    expect((await control('PUT', 'auto-sign-in', rules)).status).toBe(400)
    expect(await json(await control('GET', 'auto-sign-in'))).toEqual({ ...ADA, consent: 'allow' })
  })
})

describe('The lists of the control', () => {
  it('show clients, and delete one, which then is an unknown client [P10]', async () => {
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

  it('end the grants of a deleted client, and no others', async () => {
    await world.signIn(ADA)
    const [first, again, other] = [
      await client.connect(),
      await client.connect(),
      await client.connect(),
    ]
    const status = async ({ tokens }: typeof first) =>
      (await client.request('/whoami', tokens.access_token)).status
    // At once after the tokens, when the grant may be in no list yet.
    await control('DELETE', `clients/${first.clientId}`)
    expect(await Promise.all([first, again, other].map(status))).toEqual([401, 200, 200])
    // And without any event about it.
    const state = await save()
    await world.reset()
    await load(state)
    await control('DELETE', `clients/${again.clientId}`)
    expect(await Promise.all([first, again, other].map(status))).toEqual([401, 401, 200])
    expect((await client.refresh(other.clientId, other.tokens.refresh_token)).status).toBe(200)
  })

  it('never show a secret or a hash of one', async () => {
    await client.register({ token_endpoint_auth_method: 'client_secret_post' })
    expect(await (await control('GET', 'clients')).text()).not.toMatch(/secret(?!_post)|hash/i)
  })

  it('are paginated by a cursor', async () => {
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
      await expect(client.request('/whoami', token)).not.toBeAdmitted()
    }
    const third = await json(await client.refresh(clientId, String(next.refresh_token)))
    expect((await control('DELETE', `grants/${grant?.id}`)).status).toBe(200)
    await expect(client.refresh(clientId, String(third.refresh_token))).toBeRefused('invalid_grant')
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
    expect(person.page?.text).not.toContain('You are signed in')
    expect((await control('DELETE', `sessions/${session?.id}`)).status).toBe(404)
  })
})
