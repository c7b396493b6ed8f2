import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ACCOUNT, type ApiResponse, api, type Item } from '../support/api'
import { bearer } from '../support/client'
import { oauthClient } from '../support/dashboard'
import { APP, application, carrying, emulator, TEAM } from '../support/emulator'
import { credentials } from '../support/service-token'

const world = emulator()
beforeEach(world.reset)

type Emulated = typeof world
/** A request with these headers and no others. */
async function ask(
  { fetch }: Emulated,
  path: string,
  headers: Record<string, string> = {},
  { base = APP, ...init }: RequestInit & { base?: string } = {},
) {
  const response = await fetch(`${base}/client/v4${path}`, { ...init, headers })
  const body = (await response.json()) as ApiResponse<Item>['body']
  return { status: response.status, result: body.result, code: body.errors[0]?.code }
}
const GROUPS = `${ACCOUNT}/access/groups`

describe('Without API_TOKENS', () => {
  it.each<[what: string, headers: Record<string, string>]>([
    ['any bearer token', bearer('anything')],
    ['a bearer token, the scheme in lower case', { authorization: 'bearer anything' }],
    ['any key with an e-mail address', { 'x-auth-email': 'ada@example.com', 'x-auth-key': 'k' }],
  ])('%s is an administrator’s', async (_, headers) => {
    expect((await ask(world, GROUPS, headers)).status).toBe(200)
    const body = JSON.stringify({ name: 'Staff', include: [{ everyone: {} }] })
    const json = { ...headers, 'content-type': 'application/json' }
    expect((await ask(world, GROUPS, json, { method: 'POST', body })).status).toBe(201)
  })

  it.each<[what: string, headers: Record<string, string>]>([
    ['nothing', {}],
    ['a key without an e-mail address', { 'x-auth-key': 'k' }],
    ['an e-mail address without a key', { 'x-auth-email': 'ada@example.com' }],
    ['a service key, which ended in September 2026', { 'x-auth-user-service-key': 'v1.0-k' }],
    ['a cookie', { cookie: 'CF_Authorization=x' }],
    ['a service token', credentials()],
  ])('%s is 400 with code 9106 [V12]', async (_, headers) => {
    expect(await ask(world, GROUPS, headers)).toMatchObject({ status: 400, code: 9106 })
  })

  it.each(['Bearer', 'Bearer ', 'Bearer two words', 'Basic YTpi', 'a-token', ''])(
    'Authorization %j is malformed: 401 with code 10000 [V10]',
    async (authorization) => {
      const malformed = await ask(world, GROUPS, { authorization })
      expect(malformed).toMatchObject({ status: 401, code: 10000 })
    },
  )

  it.each([
    ['GET', '/oauth/scopes'],
    ['GET', '/user'],
    ['GET', '/nothing'],
    ['PATCH', `${ACCOUNT}/access/apps/some-id`],
  ])('%s %s authenticates the caller before anything else', async (method, path) => {
    expect(await ask(world, path, {}, { method })).toMatchObject({ status: 400, code: 9106 })
  })

  it.each(['http://localhost:8788', 'http://127.0.0.1:8788', 'http://[::1]:8788'])(
    '%s is this machine',
    async (base) => {
      expect((await ask(world, GROUPS, bearer('anything'), { base })).status).toBe(200)
    },
  )

  it.each(['http://app.example.com', 'https://emulator.workers.dev', 'http://192.168.1.2:8788'])(
    '%s is not this machine: 503, because EMULATOR_TOKEN is not set (not like Cloudflare)',
    async (base) => {
      const refused = await ask(world, GROUPS, bearer('anything'), { base })
      expect(refused).toMatchObject({ status: 503, code: 10001 })
    },
  )

  it('nothing is changed from another host', async () => {
    const init = {
      base: 'http://app.example.com',
      method: 'POST',
      body: JSON.stringify({ name: 'Staff', include: [{ everyone: {} }] }),
    }
    const headers = { ...bearer('anything'), 'content-type': 'application/json' }
    expect((await ask(world, GROUPS, headers, init)).status).toBe(503)
    expect((await api(world.fetch).get(GROUPS)).body.result).toEqual([])
  })
})

describe('With API_TOKENS', () => {
  const EXPIRES = '2099-01-01T00:00:00Z'
  const SETTINGS = {
    API_TOKENS: [
      { name: 'Groups', token: 'groups', permissions: ['Access: Groups Read'] },
      { name: 'Nothing', token: 'nothing', permissions: [] },
      { name: 'Old', token: 'old', permissions: ['Access: Groups Read'], expires_on: EXPIRES },
    ],
  }
  const guarded = emulator(SETTINGS)

  it('its tokens are accepted, on every host if EMULATOR_TOKEN is set', async () => {
    expect((await ask(guarded, GROUPS, bearer('groups'))).status).toBe(200)
    const base = 'http://app.example.com'
    expect((await ask(guarded, GROUPS, bearer('groups'), { base })).status).toBe(503)
    const deployed = emulator({ ...SETTINGS, EMULATOR_TOKEN: 'x'.repeat(16) })
    expect((await ask(deployed, GROUPS, bearer('groups'), { base })).status).toBe(200)
  })

  it.each<[what: string, headers: Record<string, string>]>([
    ['an unknown token', bearer('anything')],
    ['a token in another case', bearer('GROUPS')],
    ['a token cut short', bearer('group')],
    ['the name of a token', bearer('Groups')],
    ['a key', { 'x-auth-email': 'ada@example.com', 'x-auth-key': 'groups' }],
  ])('%s is 403 with code 9109 [V11, V24]', async (_, headers) => {
    expect(await ask(guarded, GROUPS, headers)).toMatchObject({ status: 403, code: 9109 })
  })

  it('verifying an unknown token is 401 with code 1000 [V13]', async () => {
    const verified = await ask(guarded, '/user/tokens/verify', bearer('anything'))
    expect(verified).toMatchObject({ status: 401, code: 1000 })
  })

  it('an empty list admits no caller', async () => {
    const closed = emulator({ API_TOKENS: [] })
    expect((await ask(closed, GROUPS, bearer('anything'))).status).toBe(403)
  })

  it('a token expires by the emulated clock', async () => {
    expect((await ask(guarded, GROUPS, bearer('old'))).status).toBe(200)
    const set = { method: 'PATCH', headers: { 'content-type': 'application/json' } }
    const clock = (now: string) =>
      guarded.fetch(`${APP}/_emulator/clock`, { ...set, body: JSON.stringify({ now }) })
    await clock('2098-12-31T23:59:59Z')
    expect((await ask(guarded, GROUPS, bearer('old'))).status).toBe(200)
    await clock(EXPIRES)
    expect(await ask(guarded, GROUPS, bearer('old'))).toMatchObject({ status: 403, code: 9109 })
  })

  it('API_TOKENS may be JSON text, as --var passes it', async () => {
    const tokens = [{ name: 'Groups', token: 'text', permissions: ['Access: Groups Read'] }]
    const asText = emulator({ API_TOKENS: JSON.stringify(tokens) })
    expect((await ask(asText, GROUPS, bearer('text'))).status).toBe(200)
  })

  it.each([
    [['Access: Groups Read', 'Access: Group Read'], 1, 'Access: Groups Read'],
    [['access-group.read'], 0, 'Access: Groups Read'],
    [['OAuth Client Wirte'], 0, 'OAuth Client Write'],
  ])(
    'a wrong name of a permission is an error of the API alone, with the nearest name: %j',
    async (permissions, index, nearest) => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => {})
      const wrong = emulator({ API_TOKENS: [{ name: 'Wrong', token: 'wrong', permissions }] })
      const { status, body } = await api(carrying(wrong.fetch, bearer('wrong'))).get(GROUPS)
      const message = `Invalid settings: API_TOKENS[0].permissions[${index}] is "${permissions[index]}": expected the name of a permission, such as "${nearest}"`
      expect([status, body.errors]).toEqual([500, [{ code: 10001, message }]])
      expect(log).toHaveBeenCalledWith(message)
      expect((await wrong.events()).filter(({ kind }) => kind === 'api-call')).toMatchObject([
        { outcome: 'failed', why: message, change: expect.stringContaining('Only the API') },
      ])
      // The gate and the team domain go on.
      expect((await wrong.fetch(`${APP}/mcp`)).status).toBe(401)
      expect((await wrong.fetch(`${TEAM}/cdn-cgi/access/certs`)).status).toBe(200)
      vi.restoreAllMocks()
    },
  )

  it.each(['OAuth Clients Write', 'OAuth Client Write'])(
    'the permission %s creates OAuth clients [C18]',
    async (permission) => {
      const one = emulator({ API_TOKENS: [{ name: 'x', token: 'x', permissions: [permission] }] })
      const { status } = await api(carrying(one.fetch, bearer('x'))).post(
        `${ACCOUNT}/oauth_clients`,
        oauthClient(),
      )
      expect(status).toBe(200)
    },
  )

  it.each([
    ['API_TOKENS[0].expires_on', { expires_on: 'tomorrow' }],
    ['API_TOKENS[0].token', { token: '' }],
    ['API_TOKENS[0].permission', { permission: 'Access: Groups Read' }],
  ])('a wrong token is named by the settings error: %s', async (setting, changes) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const token = { name: 'Wrong', token: 'wrong', permissions: [], ...changes }
    const wrong = emulator({ API_TOKENS: [token] })
    const response = await wrong.fetch(`${APP}/client/v4${GROUPS}`, { headers: bearer('wrong') })
    expect(response.status).toBe(500)
    expect(await response.text()).toContain(setting)
    vi.restoreAllMocks()
  })

  it('an id of the wrong form is no route, whatever the permissions of the token [V14]', async () => {
    const wrong = await ask(guarded, '/accounts/abc/access/groups', bearer('nothing'))
    expect(wrong).toMatchObject({ status: 404, code: 7003 })
  })

  it('a refusal changes nothing', async () => {
    const init = {
      method: 'POST',
      body: JSON.stringify({ name: 'x', include: [{ everyone: {} }] }),
    }
    const headers = { ...bearer('groups'), 'content-type': 'application/json' }
    expect((await ask(guarded, GROUPS, headers, init)).code).toBe(10000)
    expect((await api(world.fetch).get(GROUPS)).body.result).toEqual([])
  })
})

describe('A token’s permissions (accepted permissions) [V25]', () => {
  const APPS = 'Access: Apps and Policies'
  const ACCT = 'Access: Organizations, Identity Providers, and Groups'
  const names = [
    ...[APPS, 'Access: Apps', ACCT, 'Access: Organizations'].flatMap((title) => [
      `${title} Read`,
      `${title} Write`,
      `${title} Revoke`,
    ]),
    ...['Access: Policies', 'Access: Policy Test', 'Access: Service Tokens'].flatMap(readWrite),
    ...['Access: Identity Providers', 'Access: Groups', 'Access: Users'].flatMap(readWrite),
    ...['Access: Keys', 'Access: Tags', 'Account Settings', 'Memberships'].flatMap(readWrite),
    ...['Zone', 'DNS'].flatMap(readWrite),
    'Access: Audit Logs Read',
    'User Details Read',
  ]
  function readWrite(title: string): string[] {
    return [`${title} Read`, `${title} Write`]
  }
  const writing = (...titles: string[]) => titles.map((title) => `${title} Write`)
  const guarded = emulator({
    API_TOKENS: names.map((name) => ({ name, token: btoa(name), permissions: [name] })),
  })

  /** The permissions that suffice alone. Other errors of the request are reported after these. */
  async function enough(method: string, path: string): Promise<string[]> {
    const found: string[] = []
    for (const name of names) {
      const body = method === 'GET' ? {} : { body: '{}' }
      const headers = { ...bearer(btoa(name)), 'content-type': 'application/json' }
      const { status, code } = await ask(guarded, path, headers, { method, ...body })
      if (code !== 10000) found.push(name)
      else expect(status).toBe(403)
    }
    return found.sort()
  }

  const ZONE = `/zones/${'f'.repeat(32)}`
  it.each<[method: string, path: string, permissions: string[]]>([
    ['GET', '/accounts', names],
    ['GET', '/user/tokens/verify', names],
    ['GET', '/user', ['User Details Read']],
    ['GET', '/memberships', readWrite('Memberships')],
    ['GET', ACCOUNT, readWrite('Account Settings')],
    ['GET', '/zones', readWrite('Zone')],

    ['GET', `${ACCOUNT}/access/apps`, [APPS, 'Access: Apps'].flatMap(readWrite)],
    ['GET', `${ACCOUNT}/access/apps/some-id`, [APPS, 'Access: Apps'].flatMap(readWrite)],
    ['POST', `${ACCOUNT}/access/apps`, writing(APPS, 'Access: Apps')],
    ['PUT', `${ACCOUNT}/access/apps/some-id`, writing(APPS, 'Access: Apps')],
    ['DELETE', `${ACCOUNT}/access/apps/some-id`, writing(APPS, 'Access: Apps')],
    ['POST', `${ACCOUNT}/access/apps/some-id/revoke_tokens`, [`${APPS} Revoke`, `${APPS} Write`]],
    ['GET', `${ZONE}/access/apps`, [APPS, 'Access: Apps'].flatMap(readWrite)],
    ['POST', `${ZONE}/access/apps`, writing(APPS, 'Access: Apps')],

    ['GET', `${ACCOUNT}/access/policies`, [APPS, 'Access: Policies'].flatMap(readWrite)],
    ['GET', `${ACCOUNT}/access/apps/x/policies`, [APPS, 'Access: Policies'].flatMap(readWrite)],
    ['POST', `${ACCOUNT}/access/policies`, writing(APPS, 'Access: Policies')],
    ['POST', `${ACCOUNT}/access/apps/x/policies`, writing(APPS, 'Access: Policies')],
    ['GET', `${ACCOUNT}/access/policy-tests/x`, [APPS, 'Access: Policy Test'].flatMap(readWrite)],

    ['GET', `${ACCOUNT}/access/service_tokens`, readWrite('Access: Service Tokens')],
    ['POST', `${ACCOUNT}/access/service_tokens`, writing('Access: Service Tokens')],
    ['POST', `${ACCOUNT}/access/service_tokens/x/rotate`, writing('Access: Service Tokens')],

    ['GET', `${ACCOUNT}/access/organizations`, [ACCT, 'Access: Organizations'].flatMap(readWrite)],
    ['PATCH', `${ACCOUNT}/access/organizations`, writing(ACCT, 'Access: Organizations')],
    [
      'POST',
      `${ACCOUNT}/access/organizations/revoke_user`,
      [`${ACCT} Revoke`, `${ACCT} Write`, 'Access: Organizations Revoke'],
    ],
    [
      'GET',
      `${ACCOUNT}/access/identity_providers`,
      [ACCT, 'Access: Identity Providers'].flatMap(readWrite),
    ],
    ['POST', `${ACCOUNT}/access/identity_providers`, writing(ACCT, 'Access: Identity Providers')],
    ['GET', `${ACCOUNT}/access/groups`, [ACCT, 'Access: Groups'].flatMap(readWrite)],
    ['POST', `${ACCOUNT}/access/groups`, writing(ACCT, 'Access: Groups')],
    ['GET', `${ACCOUNT}/access/users`, [ACCT, 'Access: Users'].flatMap(readWrite)],
    [
      'GET',
      `${ACCOUNT}/access/users/x/active_sessions`,
      [ACCT, 'Access: Users'].flatMap(readWrite),
    ],
    ['DELETE', `${ACCOUNT}/access/users/some-id`, writing(ACCT, 'Access: Users')],
    ['GET', `${ACCOUNT}/access/keys`, [ACCT, 'Access: Keys'].flatMap(readWrite)],
    ['PUT', `${ACCOUNT}/access/keys`, writing(ACCT, 'Access: Keys')],
    ['GET', `${ACCOUNT}/access/logs/access_requests`, ['Access: Audit Logs Read']],
    ['GET', `${ACCOUNT}/access/tags`, [APPS, 'Access: Tags'].flatMap(readWrite)],
    ['POST', `${ACCOUNT}/access/tags`, writing(APPS, 'Access: Tags')],
  ])('%s %s needs any one of the accepted, else 403 with code 10000 [V9]', async (...row) => {
    const [method, path, permissions] = row
    expect(await enough(method, path)).toEqual([...permissions].sort())
  })

  it('suffice together if a token has several', async () => {
    const both = emulator({
      API_TOKENS: [{ name: 'x', token: 'x', permissions: ['DNS Read', 'Access: Groups Read'] }],
    })
    expect((await ask(both, GROUPS, bearer('x'))).status).toBe(200)
  })
})

describe('Who the caller is', () => {
  const first = 'a'.repeat(32)
  const second = 'b'.repeat(32)
  const unknown = 'c'.repeat(32)
  const two = emulator({
    ACCOUNTS: [
      { id: first, name: 'First', members: [{ email: 'ada@example.com', roles: ['Read Only'] }] },
      { id: second, name: 'Second' },
    ],
  })
  const list = async (from: Emulated, path: string) =>
    (await api(from.fetch).get<Item[]>(path)).body.result

  it('/user/tokens/verify: an active token with an id, always the same', async () => {
    const { get } = api(world.fetch)
    const { status, body } = await get('/user/tokens/verify')
    expect(status).toBe(200)
    expect(body.result).toEqual({ id: expect.stringMatching(/^[0-9a-f]{32}$/), status: 'active' })
    expect((await get('/user/tokens/verify')).body.result).toEqual(body.result)
  })

  it('/user/tokens/verify: a token of the settings, and when it expires', async () => {
    const expires_on = '2099-01-01T00:00:00Z'
    const API_TOKENS = ['One', 'Two'].map((name) => ({
      name,
      token: name,
      permissions: [],
      expires_on,
    }))
    const guarded = emulator({ API_TOKENS })
    const [one, two] = [
      await ask(guarded, '/user/tokens/verify', bearer('One')),
      await ask(guarded, '/user/tokens/verify', bearer('Two')),
    ]
    expect(one.result).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      status: 'active',
      expires_on,
    })
    expect(two.result.id).not.toBe(one.result.id)
  })

  it('/user: the first of the seed’s people, or the one that X-Auth-Email names [V22]', async () => {
    const user = async (headers: Record<string, string>) =>
      (await ask(world, '/user', headers)).result
    expect(await user(bearer('x'))).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      email: 'ada@example.com',
      first_name: 'Ada',
      last_name: null,
    })
    const grace = await user({ 'x-auth-email': 'grace@example.com', 'x-auth-key': 'k' })
    expect(grace).toMatchObject({ email: 'grace@example.com', first_name: 'Grace' })
    expect(grace.id).not.toBe((await user(bearer('x'))).id)
  })

  it('/accounts and /memberships name the same account [V22]', async () => {
    const accounts = await list(world, '/accounts')
    expect(accounts).toMatchObject([{ id: ACCOUNT.split('/')[2], name: expect.any(String) }])
    const [{ id, name } = { id: '', name: '' }] = accounts
    expect(await list(world, '/memberships')).toMatchObject([
      { status: 'accepted', account: { id, name }, roles: ['Administrator'] },
    ])
  })

  it('/accounts and /memberships are paginated', async () => {
    for (const path of ['/accounts', '/memberships']) {
      expect(await list(two, `${path}?per_page=1&page=2`)).toHaveLength(1)
      expect(await list(two, `${path}?page=2`)).toEqual([])
    }
  })

  it.each([
    ['', ['First', 'Second']],
    ['?direction=desc', ['Second', 'First']],
    ['?name=sec', ['Second']],
    ['?name=third', []],
  ])('/accounts%s are those of ACCOUNTS: %j', async (query, names) => {
    expect((await list(two, `/accounts${query}`)).map(({ name }) => name)).toEqual(names)
  })

  it('/memberships return the roles of the person', async () => {
    const roles = (await list(two, '/memberships')).map((each) => each.roles)
    expect(roles).toEqual([['Read Only'], ['Administrator']])
  })

  it('/memberships return the accounts of which the person is a member', async () => {
    const grace = { 'x-auth-email': 'grace@example.com', 'x-auth-key': 'k' }
    const { result } = await ask(two, '/memberships', grace)
    expect(result).toMatchObject([{ account: { id: second } }])
    expect(result).toHaveLength(1)
  })

  it.each(['', '/access/apps', '/access/organizations', '/oauth_clients'])(
    'any account id names the one account if ACCOUNTS is not set: /accounts/<id>%s',
    async (path) => {
      const [own, other] = [`${ACCOUNT}${path}`, `/accounts/${unknown}${path}`]
      const { get } = api(world.fetch)
      const { id: _, ...expected } = (await get(own)).body.result
      expect((await get(other)).body).toMatchObject({ success: true, result: expected })
    },
  )

  it.each([
    [first, 200],
    [second, 200],
    [unknown, 403],
    [ACCOUNT.split('/')[2], 403],
  ])('with ACCOUNTS only its accounts exist: %s is %i', async (id, expected) => {
    for (const path of [`/accounts/${id}`, `/accounts/${id}/access/apps`]) {
      const { status, body } = await api(two.fetch).get(path)
      expect([path, status]).toEqual([path, expected])
      if (expected === 403) expect(body.errors).toMatchObject([{ code: 9109 }])
    }
  })

  it('zones are found by name, and each has a stable id [V26]', async () => {
    const { get } = api(world.fetch)
    const [zone] = (await get<[Item]>('/zones?name=shop.example')).body.result
    expect(zone).toMatchObject({ name: 'shop.example', status: 'active' })
    expect(zone.id).toMatch(/^[0-9a-f]{32}$/)
    const onZone = (await get<Item[]>(`/zones/${zone.id}/access/apps`)).body.result
    expect(onZone).toEqual((await get(`${ACCOUNT}/access/apps`)).body.result)
  })
})

describe('The API is not the application', () => {
  it('is not protected by an application that covers every host', async () => {
    const closed = emulator({ APPLICATIONS: [application({ policies: [] })] })
    const { status } = await api(closed.fetch).get(GROUPS)
    expect(status).toBe(200)
  })
})
