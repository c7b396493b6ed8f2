import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import { Client, REDIRECT_URI, redirectOf, type Tokens } from '../support/client'
import {
  ADA,
  APP,
  application,
  emulator,
  LOGIN_TITLE,
  MALLORY,
  stopClock,
} from '../support/emulator'
import { Person } from '../support/person'
import { ALLOW, cookieOf, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()
const world = emulator()
const cloudflare = api(world.fetch)
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

type Members = Record<string, unknown>
const APPS = `${ACCOUNT}/access/apps`
const TOKENS = `${ACCOUNT}/access/service_tokens`
const EVERYONE = { everyone: {} }
const NOBODY = { name: 'x', decision: 'allow', include: [{ email: { email: 'b@c.d' } }] }

/** The record that is created at a path. */
async function create<Result = Item>(path: string, members: Members): Promise<Result> {
  const { status, body } = await cloudflare.post<Result>(path, members)
  expect([status, body.errors]).toEqual([201, []])
  return body.result
}

/** The application of the seed, as the API has it. */
async function seeded(): Promise<Item> {
  const { result } = (await cloudflare.get<[Item]>(APPS)).body
  return result[0]
}

/** Edits the application of the seed: undefined members are removed. */
async function edit(changes: Members): Promise<void> {
  const before = await seeded()
  const { status, body } = await cloudflare.put(`${APPS}/${before.id}`, { ...before, ...changes })
  expect([status, body.errors]).toEqual([200, []])
}

/** `oauth_configuration` of the seed, with members replaced. */
const oauth = (changes: Members = {}) => ({
  oauth_configuration: {
    dynamic_client_registration: { allow_any_on_localhost: true },
    ...changes,
  },
})
const status = async (path = '/whoami', headers: Record<string, string> = {}) =>
  (await world.fetch(APP + path, { headers })).status

describe('Managed OAuth of an application', () => {
  const metadata = () => status('/.well-known/oauth-protected-resource')

  it('is off from the next request: redirect to the login page, and no metadata', async () => {
    expect([await status(), await metadata()]).toEqual([401, 200])
    await edit({ oauth_configuration: undefined })
    expect(await status()).toBe(302)
    expect(await metadata()).not.toBe(200)
  })

  it('is off with enabled: false, and on again with it', async () => {
    await edit(oauth({ enabled: false }))
    expect(await status()).toBe(302)
    await edit(oauth({ enabled: true }))
    expect([await status(), await metadata()]).toEqual([401, 200])
  })

  it('admits access tokens again once it is on again', async () => {
    const { tokens } = await client.connect()
    await edit(oauth({ enabled: false }))
    expect((await client.request('/whoami', tokens.access_token)).status).toBe(302)
    await edit(oauth())
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })
})

describe('The redirect rules', () => {
  const onlyClaude = oauth({
    dynamic_client_registration: {
      allow_any_on_localhost: false,
      allowed_uris: ['https://claude.ai/api/mcp/auth_callback'],
    },
  })

  it('decide the next registration [R5, R15]', async () => {
    const uri = 'https://claude.ai/api/mcp/auth_callback'
    expect((await client.registration({ redirect_uris: [uri] })).status).toBe(400)
    await edit(onlyClaude)
    expect((await client.registration({ redirect_uris: [uri] })).status).toBe(201)
    expect((await client.registration()).status).toBe(400)
  })

  it('decide the next authorization of a client that was registered before [A4]', async () => {
    const { client_id } = await client.register()
    await edit(onlyClaude)
    const { to, parameters } = redirectOf(await client.authorization(client_id))
    expect([to, parameters.get('error')]).toEqual([REDIRECT_URI, 'invalid_request'])
    await edit(oauth())
    expect(await client.code(client_id)).not.toBe('')
  })

  it('end registration with dynamic_client_registration.enabled: false [R7]', async () => {
    await edit(oauth({ dynamic_client_registration: { enabled: false } }))
    expect((await client.registration()).status).toBe(404)
  })
})

describe('The lifetimes of grants', () => {
  it('decide the next authorization, and the next refresh of an older grant [K11]', async () => {
    const older = await client.connect()
    expect(older.tokens.expires_in).toBe(900)
    await edit(oauth({ grant: { access_token_lifetime: '5m', session_duration: '2h' } }))
    expect((await client.connect()).tokens.expires_in).toBe(300)
    const refreshed = await client.refresh(older.clientId, older.tokens.refresh_token)
    expect(await refreshed.json()).toMatchObject({ expires_in: 300 })
  })

  it('end a session after grant.session_duration', async () => {
    await edit(oauth({ grant: { session_duration: '2h' } }))
    const { clientId, tokens } = await client.connect()
    await world.advance('2h')
    const response = await client.refresh(clientId, tokens.refresh_token)
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
  })
})

describe('Policies', () => {
  const refreshed = async ({ clientId, tokens }: { clientId: string; tokens: Tokens }) => {
    const response = await client.refresh(clientId, tokens.refresh_token)
    const body = (await response.json()) as Tokens & { error?: string }
    return { status: response.status, error: body.error, connection: { clientId, tokens: body } }
  }
  const inline = { path: '', edit: (policy: Members) => edit({ policies: [policy] }) }

  it('decide the next refresh, and leave the token as it was [T18]', async () => {
    const connection = await client.connect()
    await inline.edit(NOBODY)
    expect(await refreshed(connection)).toMatchObject({ status: 400, error: 'invalid_grant' })
    await inline.edit(ALLOW)
    expect((await refreshed(connection)).status).toBe(200)
  })

  it('decide it through a reusable policy', async () => {
    const policies = `${ACCOUNT}/access/policies`
    const { id } = await create(policies, ALLOW)
    await edit({ policies: [id] })
    const first = await refreshed(await client.connect())
    expect(first.status).toBe(200)
    await cloudflare.put(`${policies}/${id}`, { ...ALLOW, decision: 'deny' })
    expect((await refreshed(first.connection)).status).toBe(400)
  })

  it('decide it through a group, and a group of groups', async () => {
    const groups = `${ACCOUNT}/access/groups`
    const staff = await create(groups, { name: 'Staff', include: [{ email: ADA }] })
    const all = await create(groups, { name: 'All', include: [{ group: { id: staff.id } }] })
    await edit({ policies: [{ ...ALLOW, include: [{ group: { id: all.id } }] }] })
    const first = await refreshed(await client.connect())
    expect(first.status).toBe(200)
    const changed = { name: 'Staff', include: [EVERYONE], exclude: [{ email: ADA }] }
    expect((await cloudflare.put(`${groups}/${staff.id}`, changed)).status).toBe(200)
    expect((await refreshed(first.connection)).status).toBe(400)
  })

  it('ignore a group that names itself, directly or through others (assumed)', async () => {
    const groups = `${ACCOUNT}/access/groups`
    const a = await create(groups, { name: 'A', include: [EVERYONE] })
    const b = await create(groups, { name: 'B', include: [{ group: { id: a.id } }] })
    const circle = { name: 'A', include: [{ group: { id: b.id } }, EVERYONE] }
    const refused = await cloudflare.put(`${groups}/${a.id}`, circle)
    expect(refused).toMatchObject({
      status: 400,
      body: {
        errors: [
          {
            code: 12130,
            message: 'access.api.error.invalid_request: the group A refers to itself through B',
          },
        ],
      },
    })
    expect((await cloudflare.get(`${groups}/${a.id}`)).body.result).toMatchObject({
      include: [EVERYONE],
    })
    let last = b.id
    for (let level = 3; level <= 100; level++) {
      last = (await create(groups, { name: `G${level}`, include: [{ group: { id: last } }] })).id
    }
    const deeper = await cloudflare.post(groups, { name: 'X', include: [{ group: { id: last } }] })
    expect([deeper.status, deeper.body.errors[0]?.message]).toEqual([
      400,
      expect.stringContaining('the group X nests groups more than 100 levels deep'),
    ])
    await edit({ policies: [{ ...ALLOW, include: [{ group: { id: last } }] }] })
    expect((await refreshed(await client.connect())).status).toBe(200)
  })

  it('decide the next authorization, on a page', async () => {
    const { client_id } = await client.register()
    await inline.edit(NOBODY)
    expect((await client.authorization(client_id)).status).toBe(403)
  })

  it('decide the next login of a browser and its block page', async () => {
    await world.signIn(null)
    const custom_deny_message = 'Ask Grace for access.'
    await edit({ custom_deny_message })
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    await person.press('Log in', { email: MALLORY.email })
    expect(person.page).toMatchObject({ status: 403 })
    expect(person.page?.text).toContain(custom_deny_message)
  })

  it('decide the next request, with bypass', async () => {
    expect(await status()).toBe(401)
    await inline.edit({ ...ALLOW, decision: 'bypass' })
    // The demo accepts no request without an assertion: this response shows that it was reached.
    const response = await world.fetch(`${APP}/whoami`)
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
  })
})

describe('A service token [K15, K16]', () => {
  type Token = Item & { client_id: string; client_secret: string; expires_at?: string }
  const machine = ({ client_id, client_secret }: Token) =>
    status('/whoami', credentials({ ...serviceToken(), client_id, client_secret }))
  const newToken = async (members: Members = {}) => {
    await edit({ policies: [SERVICE_AUTH, ALLOW] })
    return create<Token>(TOKENS, { name: 'CI', ...members })
  }
  const change = async ({ id }: Token, changes: Members) =>
    (await cloudflare.put<Token>(`${TOKENS}/${id}`, changes)).body.result

  it('is returned once with its secret, which has the form of a real one [K28]', async () => {
    const token = await newToken()
    expect(token).toMatchObject({
      client_id: expect.stringMatching(/^[0-9a-f]{32}\.access$/),
      client_secret: expect.stringMatching(/^cfast_emulated_\S+$/),
      duration: '8760h',
      enabled: true,
    })
    for (const path of [TOKENS, `${TOKENS}/${token.id}`]) {
      const { body } = await cloudflare.get(path)
      expect(JSON.stringify(body)).toContain(token.client_id)
      expect(JSON.stringify(body)).not.toMatch(/secret"|Hash/)
    }
  })

  it('admits from the next request, which updates last_seen_at', async () => {
    const token = await newToken()
    expect(await machine(token)).toBe(200)
    const { body } = await cloudflare.get<Token>(`${TOKENS}/${token.id}`)
    expect(body.result.last_seen_at).toMatch(/Z$/)
  })

  it('is refused while it is disabled', async () => {
    const token = await newToken()
    await change(token, { enabled: false })
    expect(await machine(token)).toBe(401)
    await change(token, { enabled: true })
    expect(await machine(token)).toBe(200)
  })

  it('is refused once it has expired, until it is refreshed', async () => {
    const token = await newToken({ duration: '1h' })
    await world.advance('59m59s')
    expect(await machine(token)).toBe(200)
    await world.advance('1s')
    expect(await machine(token)).toBe(401)
    const { body } = await cloudflare.post<Token>(`${TOKENS}/${token.id}/refresh`)
    expect(body.result).not.toHaveProperty('client_secret')
    expect(Date.parse(body.result.expires_at ?? '')).toBe(
      Date.parse(token.expires_at ?? '') + 3_600_000,
    )
    expect(await machine(token)).toBe(200)
  })

  it('never expires with the duration forever', async () => {
    const token = await newToken({ duration: 'forever' })
    expect(token).not.toHaveProperty('expires_at')
    await world.advance('99999h')
    expect(await machine(token)).toBe(200)
  })

  it.each<[how: string, rotate: (token: Token) => Promise<Token>]>([
    [
      'rotate',
      async ({ id }) => (await cloudflare.post<Token>(`${TOKENS}/${id}/rotate`, {})).body.result,
    ],
    ['a higher client_secret_version', (token) => change(token, { client_secret_version: 2 })],
  ])('gets a new secret by %s, and the old one is refused at once', async (_, rotate) => {
    const token = await newToken()
    const rotated = await rotate(token)
    expect(rotated).toMatchObject({
      id: token.id,
      client_id: token.client_id,
      client_secret_version: 2,
    })
    expect(await machine(rotated)).toBe(200)
    expect(await machine(token)).toBe(401)
  })

  it('accepts the old secret until previous_client_secret_expires_at', async () => {
    const token = await newToken()
    const clock = await world.fetch(`${APP}/_emulator/clock`)
    const { now_seconds: now } = (await clock.json()) as { now_seconds: number }
    const previous_client_secret_expires_at = new Date((now + 60) * 1000).toISOString()
    const { body } = await cloudflare.post<Token>(`${TOKENS}/${token.id}/rotate`, {
      previous_client_secret_expires_at,
    })
    expect([await machine(token), await machine(body.result)]).toEqual([200, 200])
    await world.advance('60s')
    expect([await machine(token), await machine(body.result)]).toEqual([401, 200])
  })

  it('is refused once it is deleted', async () => {
    const token = await newToken()
    expect((await cloudflare.delete(`${TOKENS}/${token.id}`)).status).toBe(200)
    expect(await machine(token)).toBe(401)
  })

  it('cannot be deleted while a policy names it (assumed)', async () => {
    const token = await newToken()
    const include = [{ service_token: { token_id: token.id } }]
    await edit({ policies: [{ ...SERVICE_AUTH, include }] })
    expect((await cloudflare.delete(`${TOKENS}/${token.id}`)).status).toBe(400)
    expect(await machine(token)).toBe(200)
  })

  it.each([
    [{ name: '' }, '/name'],
    [{ name: 'x', duration: '0s' }, '/duration'],
    [{ name: 'x', duration: '1y' }, '/duration'],
    [{ name: 'x', duration: '-1h' }, '/duration'],
    [{ name: 'x', enabled: 'no' }, '/enabled'],
    [{ name: 'x', client_secret_version: 0 }, '/client_secret_version'],
    [
      { name: 'x', previous_client_secret_expires_at: 'soon' },
      '/previous_client_secret_expires_at',
    ],
  ])('is refused with its pointer: %j at %s', async (members, pointer) => {
    const { status, body } = await cloudflare.post(TOKENS, members)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ code: 12130, source: { pointer } }])
    expect((await cloudflare.get(TOKENS)).body.result).toEqual([])
  })
})

describe('The organization [K18]', () => {
  const PATH = `${ACCOUNT}/access/organizations`
  const machines = emulator({
    APPLICATIONS: [application({ policies: [SERVICE_AUTH, ALLOW] })],
    SERVICE_TOKENS: [serviceToken()],
  })
  const whoami = (headers: Record<string, string>) => machines.fetch(`${APP}/whoami`, { headers })

  it('is strict about service tokens from the next request, until that is switched off', async () => {
    expect(cookieOf(await whoami(credentials()))).toBeDefined()
    await cloudflare.put(PATH, { strict_service_token_auth: true })
    const strict = await whoami(credentials())
    expect([strict.status, cookieOf(strict)]).toEqual([200, undefined])
    await cloudflare.patch(PATH, { strict_service_token_auth: false })
    expect(cookieOf(await whoami(credentials()))).toBeDefined()
  })

  it('sets how long the login page is skipped', async () => {
    await world.signIn(null)
    await cloudflare.put(PATH, { session_duration: '1h' })
    await edit({ session_duration: '30m' })
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    await person.press('Log in', ADA)
    await world.advance('45m')
    expect((await person.open(`${APP}/whoami`)).page?.url).toBe(`${APP}/whoami`)
    await world.advance('30m')
    expect((await person.open(`${APP}/whoami`)).page?.title).toBe(LOGIN_TITLE)
  })

  it('keeps the members that a change does not name', async () => {
    await cloudflare.put(PATH, { name: 'Ours' })
    const { body } = await cloudflare.patch(PATH, { session_duration: '8h' })
    expect(body.result).toMatchObject({ name: 'Ours', session_duration: '8h' })
  })

  it('has the team domain of the settings', async () => {
    const { result } = (await cloudflare.get(PATH)).body
    expect(result.auth_domain).toBe('127.0.0.1:8788')
    expect((await cloudflare.put(PATH, result)).status).toBe(200)
    const moved = await cloudflare.put(PATH, { auth_domain: 'x.cloudflareaccess.com', name: 'X' })
    expect(moved.status).toBe(400)
    expect(moved.body.errors).toMatchObject([{ source: { pointer: '/auth_domain' } }])
    expect((await cloudflare.get(PATH)).body.result.name).toBe(result.name)
  })

  it('exists already: 11002, a 400 that the SDK does not repeat [K18, V8]', async () => {
    const { status, body } = await cloudflare.post(PATH, { auth_domain: 'x', name: 'X' })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ code: 11002 }])
  })
})

describe('An identity provider [K21]', () => {
  const PATH = `${ACCOUNT}/access/identity_providers`
  const OIDC = {
    name: 'Corporate',
    type: 'oidc',
    config: {
      auth_url: 'https://idp.example/auth',
      token_url: 'https://idp.example/token',
      certs_url: 'https://idp.example/certs',
      client_id: 'us',
      client_secret: 'hidden-secret',
    },
  }
  const loginPage = async () => {
    await world.signIn(null)
    return (await new Person(world.fetch).open(`${APP}/whoami`)).page?.text
  }

  it('is on the login page from the next request, until it is deleted', async () => {
    expect(await loginPage()).not.toContain('Corporate')
    const { id } = await create(PATH, OIDC)
    expect(await loginPage()).toContain('Sign in with Corporate')
    expect((await cloudflare.delete(`${PATH}/${id}`)).status).toBe(202)
    expect(await loginPage()).not.toContain('Corporate')
  })

  it('is hidden at an application that allows only others, and cannot be deleted while an application allows it', async () => {
    const { id } = await create(PATH, OIDC)
    const [first] = (await cloudflare.get<[Item]>(PATH)).body.result
    await edit({ allowed_idps: [first.id] })
    expect(await loginPage()).not.toContain('Corporate')
    await edit({ allowed_idps: [id], auto_redirect_to_identity: true })
    expect((await cloudflare.delete(`${PATH}/${id}`)).status).toBe(400)
    const person = await new Person(world.fetch).open(`${APP}/whoami`)
    expect(person.callback?.href).toMatch(/^https:\/\/idp\.example\/auth\?/)
  })

  it('never returns its secret, and keeps it if a PUT leaves it out (assumed)', async () => {
    const { id } = await create(PATH, OIDC)
    const { result } = (await cloudflare.get(`${PATH}/${id}`)).body
    expect(JSON.stringify(result)).not.toContain('secret')
    expect((await cloudflare.put(`${PATH}/${id}`, result)).status).toBe(200)
    const dropped = (await world.events()).filter(({ kind }) => kind === 'members-dropped')
    expect(dropped).toEqual([])
  })

  it('has a button on the login page, whatever its type is [K42]', async () => {
    const config = { client_id: 'x', apps_domain: 'example.com' }
    const made = await create(PATH, { name: 'Workspace', type: 'google-apps', config })
    expect(made).toMatchObject({ type: 'google-apps', config })
    expect(await loginPage()).toContain('Sign in with Workspace')
  })

  it('is seeded as a picker of people and a one-time PIN', async () => {
    const types = (await cloudflare.get<Item[]>(PATH)).body.result.map(({ type }) => type)
    expect(types).toEqual(['cloudflare', 'onetimepin'])
  })
})

describe('The session duration of an application', () => {
  it('decides the next login, unless its policy has one', async () => {
    await world.signIn(null)
    const lifetime = async () => {
      const person = await new Person(world.fetch).open(`${APP}/whoami`)
      await person.press('Log in', ADA)
      const cookie = person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
      const { iat = 0, exp = 0 } = decodeJwt(cookie)
      return Math.round((exp - iat) / 60)
    }
    expect(await lifetime()).toBe(24 * 60)
    await edit({ session_duration: '30m' })
    expect(await lifetime()).toBe(30)
    await edit({ policies: [{ ...ALLOW, session_duration: '10m' }] })
    expect(await lifetime()).toBe(10)
  })
})

describe('An application that is added', () => {
  it('covers its path from the next request, before the application on every host', async () => {
    const members = { name: 'Inner', domain: 'localhost/inner', policies: [ALLOW] }
    const { aud } = await create(APPS, members)
    const response = await world.fetch(`${APP}/inner/x`)
    expect(response.status).toBe(302)
    expect(redirectOf(response).parameters.get('kid')).toBe(aud)
    expect(await status()).toBe(401)
  })
})

describe('An application that is deleted', () => {
  it('protects nothing, and its grants have ended', async () => {
    const connection = await client.connect()
    const { id } = await seeded()
    expect((await cloudflare.delete(`${APPS}/${id}`)).body.result).toEqual({ id })
    expect((await cloudflare.get(APPS)).body.result).toEqual([])
    // Not behind Access: the demo responded, which accepts no identity without an assertion.
    const response = await client.request('/whoami', connection.tokens.access_token)
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
    const refreshed = await client.refresh(connection.clientId, connection.tokens.refresh_token)
    expect(await refreshed.json()).toMatchObject({ error: 'invalid_grant' })
    expect((await client.registration()).status).toBe(404)
  })

  it('does not return with its successor: the old grants stay ended', async () => {
    const { clientId, tokens } = await client.connect()
    const { id, ...members } = await seeded()
    await cloudflare.delete(`${APPS}/${id}`)
    const made = await create(APPS, members)
    expect(made.id).not.toBe(id)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  })
})

describe('Revocation [T15, T16]', () => {
  it('of an application ends its access tokens from the next request', async () => {
    const { tokens } = await client.connect()
    const { status, body } = await cloudflare.post(`${APPS}/${(await seeded()).id}/revoke_tokens`)
    expect([status, body.success]).toEqual([202, true])
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  })

  it.each([{ devices: true }, { body_devices: true, warp_session_reauth: true, user_uid: 'u' }])(
    'of a person ends their browser session, as the SDK sends it: %j [V19]',
    async (more) => {
      await world.signIn(null)
      const person = await new Person(world.fetch).open(`${APP}/whoami`)
      await person.press('Log in', ADA)
      const path = `${ACCOUNT}/access/organizations/revoke_user?devices=true`
      expect((await cloudflare.post(path, { ...ADA, ...more })).body.result).toBe(true)
      expect((await person.open(`${APP}/whoami`)).page?.title).toBe(LOGIN_TITLE)
      const dropped = (await world.events()).filter(({ kind }) => kind === 'members-dropped')
      expect(dropped).toEqual([])
    },
  )

  it('of an unknown person is false, and without a person is refused', async () => {
    const path = `${ACCOUNT}/access/organizations/revoke_user`
    const unknown = await cloudflare.post(path, { email: 'x@y.example' })
    expect([unknown.status, unknown.body.result]).toEqual([200, false])
    const nobody = await cloudflare.post(path, {})
    expect(nobody.body.errors).toMatchObject([{ source: { pointer: '/email' } }])
  })
})

describe('The signing keys [K24, K27]', () => {
  const PATH = `${ACCOUNT}/access/keys`
  const published = async () => {
    const { keys } = (await (await world.fetch(`${APP}/cdn-cgi/access/certs`)).json()) as {
      keys: { kid: string }[]
    }
    return keys.map(({ kid }) => kid)
  }

  it('are rotated by POST keys/rotate, the one before still published', async () => {
    const before = await published()
    const { status } = await cloudflare.post(`${PATH}/rotate`)
    expect(status).toBe(200)
    const after = await published()
    expect(after).not.toEqual(before)
    expect(after).toEqual(expect.arrayContaining(before))
  })

  it('have a rotation interval and the days until it ends', async () => {
    const { body } = await cloudflare.put(PATH, { key_rotation_interval_days: 30 })
    expect(body.result).toEqual({
      key_rotation_interval_days: 30,
      days_until_next_rotation: 30,
      last_key_rotation_at: expect.stringMatching(/Z$/),
    })
    await world.advance('240h')
    expect((await cloudflare.get(PATH)).body.result.days_until_next_rotation).toBe(20)
    await cloudflare.post(`${PATH}/rotate`)
    expect((await cloudflare.get(PATH)).body.result.days_until_next_rotation).toBe(30)
  })

  it.each([20, 366, '30', undefined])('refuse an interval of %j days', async (days) => {
    const { status, body } = await cloudflare.put(PATH, { key_rotation_interval_days: days })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ source: { pointer: '/key_rotation_interval_days' } }])
  })
})

describe('A reset', () => {
  it('restores the seed: everything added, edited or deleted is undone', async () => {
    const collections = [
      'apps',
      'groups',
      'policies',
      'service_tokens',
      'identity_providers',
      'tags',
    ]
    const everything = () =>
      Promise.all(
        [...collections, 'organizations', 'users'].map(
          async (each) => (await cloudflare.get(`${ACCOUNT}/access/${each}`)).body.result,
        ),
      )
    const before = await everything()
    await create(APPS, { domain: 'added.example' })
    await create(`${ACCOUNT}/access/groups`, { name: 'Staff', include: [EVERYONE] })
    await create(`${ACCOUNT}/access/policies`, ALLOW)
    await create(TOKENS, { name: 'CI' })
    await create(`${ACCOUNT}/access/tags`, { name: 'blue' })
    await create(`${ACCOUNT}/access/users`, { email: 'ada@example.com' })
    await cloudflare.put(`${ACCOUNT}/access/organizations`, { name: 'Ours' })
    const [provider] = (await cloudflare.get<[Item]>(`${ACCOUNT}/access/identity_providers`)).body
      .result
    await cloudflare.delete(`${ACCOUNT}/access/identity_providers/${provider.id}`)
    await edit({ session_duration: '1h', name: 'Edited' })
    await cloudflare.delete(`${APPS}/${(await seeded()).id}`)
    for (const [index, after] of (await everything()).entries()) {
      expect(after).not.toEqual(before[index])
    }
    await world.reset()
    expect(await everything()).toEqual(before)
    expect(await status()).toBe(401)
  })
})

describe('The settings and the API', () => {
  const OTHER = application({ name: 'Other', domain: 'other.example' })
  const withSettings = (...applications: Members[]) =>
    api(emulator({ APPLICATIONS: applications }).fetch)
  const names = async (at: ReturnType<typeof api>) =>
    (await at.get<Item[]>(APPS)).body.result.map(({ name, session_duration }) => [
      name,
      session_duration,
    ])

  it('a changed setting applies to a record that was not edited', async () => {
    const before = withSettings(application(), OTHER)
    const [demo] = (await before.get<[Item]>(APPS)).body.result
    await before.put(`${APPS}/${demo.id}`, { ...demo, session_duration: '1h' })
    const after = withSettings(application({ session_duration: '8h' }), {
      ...OTHER,
      session_duration: '7h',
    })
    expect(await names(after)).toEqual([
      ['Demo', '1h'],
      ['Other', '7h'],
    ])
  })

  it('a changed setting does not restore a deleted record', async () => {
    const before = withSettings(application(), OTHER)
    const [demo] = (await before.get<[Item]>(APPS)).body.result
    await before.delete(`${APPS}/${demo.id}`)
    expect(await names(withSettings(application({ session_duration: '8h' }), OTHER))).toEqual([
      ['Other', '24h'],
    ])
  })

  it('an edited record stays when it is removed from the settings', async () => {
    const before = withSettings(application(), OTHER)
    const [demo] = (await before.get<[Item]>(APPS)).body.result
    await before.put(`${APPS}/${demo.id}`, { ...demo, session_duration: '1h' })
    expect(await names(withSettings())).toEqual([['Demo', '1h']])
  })

  it('an edit leaves the other applications unchanged', async () => {
    await create(APPS, { domain: 'added.example', name: 'Added' })
    expect(await names(withSettings(application({ session_duration: '8h' })))).toEqual([
      ['Demo', '8h'],
      ['Added', '24h'],
    ])
  })
})

describe('Simultaneous edits', () => {
  it('are all stored: twenty new tags', async () => {
    const all = Array.from({ length: 20 }, (_, index) => `tag-${String(index).padStart(2, '0')}`)
    await Promise.all(all.map((name) => create(`${ACCOUNT}/access/tags`, { name })))
    const { result } = (await cloudflare.get<Item[]>(`${ACCOUNT}/access/tags`)).body
    expect(result.map(({ name }) => name)).toEqual(all)
  })

  it('do not overwrite one another: policies added to one application', async () => {
    const path = `${APPS}/${(await seeded()).id}/policies`
    const added = Array.from({ length: 10 }, (_, index) => ({ ...ALLOW, name: `P${index}` }))
    await Promise.all(added.map((policy) => create(path, policy)))
    const { result } = (await cloudflare.get<Item[]>(path)).body
    expect(result).toHaveLength(11)
    expect(new Set(result.map(({ precedence }) => precedence)).size).toBe(11)
  })
})
