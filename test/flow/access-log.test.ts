import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import { Client, type Tokens } from '../support/client'
import {
  ADA,
  APP,
  application,
  carrying,
  emulator,
  LOGIN_TITLE,
  MALLORY,
  stopClock,
} from '../support/emulator'
import { Person } from '../support/person'
import { ALLOW, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()
const DENY = { ...ALLOW, name: 'Not Mallory', decision: 'deny', include: [{ email: MALLORY }] }
const ID = '11111111-1111-4111-8111-111111111111'
const OTHER_ID = '22222222-2222-4222-8222-222222222222'
const account = (policies: unknown[] = [DENY, ALLOW, SERVICE_AUTH], settings = {}) =>
  emulator({
    APPLICATIONS: [
      application({ id: ID, policies }),
      application({ id: OTHER_ID, name: 'Other', domain: 'other.example', policies }),
    ],
    SERVICE_TOKENS: [
      serviceToken(),
      serviceToken({ id: 'off', client_id: 'off.access', enabled: false }),
    ],
    ...settings,
  })
const world = account()
const { get, post, put, delete: remove } = api(world.fetch)
const FROM = { 'cf-connecting-ip': '203.0.113.7', 'cf-ipcountry': 'DE' }
const client = new Client(carrying(world.fetch, FROM))
beforeEach(world.reset)

type Entry = {
  action: string
  allowed: boolean
  app_domain: string
  app_uid: string
  connection: string
  created_at: string
  ip_address: string
  ray_id: string
  user_email: string
}
const LOG = `${ACCOUNT}/access/logs/access_requests`
const log = async (query = '') => (await get<Entry[]>(LOG + query)).body.result
/** The decisions, the latest first. */
const decisions = async (query = '') =>
  (await log(query)).map(({ action, allowed, user_email: who }) => [action, allowed, who].join(' '))

async function loggedIn(email: string, url = `${APP}/whoami`): Promise<Person> {
  const hosts = ['localhost:8788', '127.0.0.1:8788', 'other.example:8788']
  const person = await new Person(carrying(world.fetch, FROM), hosts).open(url)
  return person.press('Log in', { email })
}
async function connected(who = ADA) {
  await world.signIn(who)
  const connection = await client.connect()
  await world.signIn(null)
  return connection
}
const whoami = (headers: Record<string, string> = {}, { fetch } = world) =>
  fetch(`${APP}/whoami`, { headers: { ...FROM, ...headers } })

describe('The log has one entry for each decision [K25]', () => {
  it('has no entry before the first decision', async () => {
    await whoami()
    expect(await log()).toEqual([])
  })

  it('records an allowed login with exactly these members', async () => {
    await loggedIn(ADA.email)
    expect(await log()).toEqual([
      {
        action: 'login',
        allowed: true,
        app_domain: '*',
        app_uid: ID,
        connection: 'cloudflare',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        ip_address: '203.0.113.7',
        ray_id: expect.stringMatching(/^[0-9a-f]{16}$/),
        user_email: ADA.email,
      },
    ])
  })

  it('records a denied login', async () => {
    await loggedIn(MALLORY.email)
    expect(await log()).toMatchObject([
      { action: 'login', allowed: false, app_uid: ID, user_email: MALLORY.email },
    ])
  })

  it('records no requests after a login', async () => {
    const person = await loggedIn(ADA.email)
    await person.open(`${APP}/whoami`)
    expect(await decisions()).toHaveLength(1)
  })

  it('records an authorization without pages', async () => {
    await world.signIn(ADA)
    await client.code((await client.register()).client_id)
    expect(await log()).toMatchObject([
      { action: 'authorization', allowed: true, app_uid: ID, user_email: ADA.email },
    ])
  })

  it('records an authorization through all its pages', async () => {
    const { client_id } = await client.register()
    const person = await new Person(world.fetch).open(await client.authorizationUrl(client_id))
    await (await person.press('Log in', ADA)).press('allow')
    expect(person.callback?.searchParams.has('code')).toBe(true)
    expect(await decisions()).toEqual([`authorization true ${ADA.email}`])
  })

  it('records a denied authorization', async () => {
    await world.signIn(MALLORY)
    await client.authorization((await client.register()).client_id)
    expect(await decisions()).toEqual([`authorization false ${MALLORY.email}`])
  })

  it('records no authorization that ends before a person signs in', async () => {
    await world.signIn(ADA)
    await client.authorization((await client.register()).client_id, { resource: undefined })
    await client.authorization('unknown')
    expect(await log()).toEqual([])
  })

  it('records a refresh and a refused refresh', async () => {
    const { clientId, tokens } = await connected()
    const refreshed = await client.refresh(clientId, tokens.refresh_token)
    const { refresh_token } = (await refreshed.json()) as typeof tokens
    const closed = new Client(account([{ ...DENY, include: [{ email: ADA }] }]).fetch)
    await expect(closed.refresh(clientId, refresh_token)).toBeRefused('invalid_grant')
    expect(await decisions()).toEqual([
      `refresh false ${ADA.email}`,
      `refresh true ${ADA.email}`,
      `authorization true ${ADA.email}`,
    ])
  })

  it.each([
    ['a made-up one', ({ refresh_token }: Tokens) => refresh_token.slice(0, 28) + 'A'.repeat(43)],
    ['an access token', ({ access_token }: Tokens) => access_token],
  ])('records nothing for %s as a refresh token, whatever the policies say', async (_, make) => {
    const { clientId, tokens } = await connected()
    const closed = new Client(account([{ ...DENY, include: [{ email: ADA }] }]).fetch)
    for (const each of [client, closed]) {
      await expect(each.refresh(clientId, make(tokens))).toBeRefused('invalid_grant')
    }
    expect(await decisions()).toEqual([`authorization true ${ADA.email}`])
  })

  it('records nothing for a refresh token that was used before', async () => {
    const { clientId, tokens } = await connected()
    for (const status of [200, 400, 400]) {
      expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(status)
    }
    expect(await decisions()).toEqual([
      `refresh true ${ADA.email}`,
      `authorization true ${ADA.email}`,
    ])
  })

  it.each<
    [
      what: string,
      headers: Record<string, string>,
      allowed: boolean,
      name?: string,
      policies?: unknown[],
    ]
  >([
    ['that is admitted', credentials(), true, 'CI'],
    ['that no policy wants', credentials(), false, 'CI', [ALLOW]],
    ['with a wrong secret', credentials(serviceToken({ client_secret: 'wrong' })), false],
    ['that is not known', credentials(serviceToken({ client_id: 'x.access' })), false],
    ['that is disabled', credentials(serviceToken({ client_id: 'off.access' })), false],
  ])('records a service token %s', async (_, headers, allowed, name, policies) => {
    await whoami(headers, account(policies))
    expect(await log()).toEqual([
      {
        action: 'service_auth',
        allowed,
        app_domain: '*',
        app_uid: ID,
        connection: 'service_token',
        created_at: expect.any(String),
        ip_address: '203.0.113.7',
        ray_id: expect.any(String),
        user_email: '',
        ...(name && { service_token: { id: expect.any(String), name } }),
      },
    ])
    expect(await log('?non_identity=true')).toHaveLength(1)
  })

  it('records a service token in two forms at once, which a strict organization refuses [K19]', async () => {
    const strict = emulator({
      APPLICATIONS: [
        application({ policies: [SERVICE_AUTH], read_service_tokens_from_header: 'x-token' }),
      ],
      SERVICE_TOKENS: [serviceToken()],
      ORGANIZATION: { strict_service_token_auth: true },
    })
    const twice = { ...credentials(), 'x-token': JSON.stringify(credentials()) }
    expect((await whoami(twice, strict)).status).toBe(401)
    expect(await decisions()).toEqual(['service_auth false '])
  })

  it('gives each entry the ray_id of the Cf-Ray header', async () => {
    const response = await whoami(credentials())
    expect((await log())[0]?.ray_id).toBe(response.headers.get('cf-ray'))
  })

  it('dates entries by the emulated clock', async () => {
    await world.advance('48h')
    await whoami(credentials())
    const at = Date.parse((await log())[0]?.created_at ?? '')
    expect(at).toBe(Math.floor(Date.now() / 1000) * 1000 + 48 * 3_600_000)
  })
})

describe('The log is filtered', () => {
  const at: string[] = []
  beforeEach(async () => {
    at.length = 0
    for (const step of [
      () => loggedIn(ADA.email),
      () => loggedIn(MALLORY.email, 'http://other.example:8788/whoami'),
      () => whoami({ ...credentials(), 'cf-ipcountry': 'FR' }),
      () => connected({ email: 'grace@example.com' }),
    ]) {
      await step()
      at.push((await log('?limit=1'))[0]?.created_at ?? '')
      await world.advance('1m')
    }
  })
  const ADA_IN = `login true ${ADA.email}`
  const MALLORY_OUT = `login false ${MALLORY.email}`
  const MACHINE = 'service_auth true '
  const GRACE_IN = 'authorization true grace@example.com'
  const ALL = [GRACE_IN, MACHINE, MALLORY_OUT, ADA_IN]

  it.each<[query: string, found: string[]]>([
    ['', ALL],
    ['direction=desc', ALL],
    ['direction=asc', ALL.toReversed()],
    ['limit=2', ALL.slice(0, 2)],
    ['limit=2&page=2', ALL.slice(2)],
    ['per_page=3&page=2', [ADA_IN]],
    ['page=3', []],
    ['email=example.com', [GRACE_IN, ADA_IN]],
    ['email=ADA', [ADA_IN]],
    [`email=${ADA.email}&email_exact=true`, [ADA_IN]],
    ['email=ada&email_exact=true', []],
    [`email=${ADA.email}&emailOp=neq`, [GRACE_IN, MACHINE, MALLORY_OUT]],
    [`email=${ADA.email}&emailOp=eq`, [ADA_IN]],
    ['allowed=false', [MALLORY_OUT]],
    ['allowed=false&allowedOp=neq', [GRACE_IN, MACHINE, ADA_IN]],
    [`app_uid=${OTHER_ID}`, [MALLORY_OUT]],
    [`app_uid=${OTHER_ID}&app_uidOp=neq`, [GRACE_IN, MACHINE, ADA_IN]],
    ['app_type=self_hosted', ALL],
    ['app_type=mcp', []],
    ['country_code=FR', [MACHINE]],
    ['idp=service_token', [MACHINE]],
    ['idp=cloudflare', [GRACE_IN, MALLORY_OUT, ADA_IN]],
    ['non_identity=true', [MACHINE]],
    ['non_identity=false', [GRACE_IN, MALLORY_OUT, ADA_IN]],
    ['ray_id=0', []],
  ])('%s', async (query, found) => {
    expect(await decisions(`?${query}`)).toEqual(found)
  })

  it('since and until include their second', async () => {
    const [, mallory = '', machine = ''] = at
    const since = `since=${encodeURIComponent(mallory)}`
    const until = `until=${encodeURIComponent(machine)}`
    expect(await decisions(`?${since}`)).toEqual([GRACE_IN, MACHINE, MALLORY_OUT])
    expect(await decisions(`?${until}`)).toEqual([MACHINE, MALLORY_OUT, ADA_IN])
    expect(await decisions(`?${since}&${until}`)).toEqual([MACHINE, MALLORY_OUT])
  })

  it('user_id and ray_id select entries', async () => {
    const users = (await get<Item[]>(`${ACCOUNT}/access/users`)).body.result
    const ada = users.find(({ email }) => email === ADA.email)
    expect(await decisions(`?user_id=${ada?.id}`)).toEqual([ADA_IN])
    expect(await decisions(`?user_id=${ada?.id}&user_idOp=neq`)).not.toContain(ADA_IN)
    const [first] = await log()
    expect(await decisions(`?ray_id=${first?.ray_id}`)).toEqual([GRACE_IN])
  })

  it('fields selects members', async () => {
    expect(await log('?fields=user_email,allowed&limit=1')).toEqual([
      { user_email: 'grace@example.com', allowed: true },
    ])
  })

  it.each([
    ['since=yesterday', '/since'],
    ['until=2026', '/until'],
    ['direction=up', '/direction'],
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['email_exact=perhaps', '/email_exact'],
    ['allowedOp=like', '/allowedOp'],
  ])('%s is refused', async (query, pointer) => {
    const { status, body } = await get(`${LOG}?${query}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ code: 12130, source: { pointer } }])
  })

  it('a reset empties the log', async () => {
    await world.reset()
    expect(await log()).toEqual([])
  })
})

describe('Users are created by signing in [K22, K23]', () => {
  type User = Item & { email: string; name: string }
  const USERS = `${ACCOUNT}/access/users`
  const users = async (query = '') => (await get<User[]>(USERS + query)).body.result
  const user = async (email: string): Promise<User> => {
    const found = (await users()).find((each) => each.email === email)
    if (!found) throw new Error(`${email} is no user`)
    return found
  }
  type Session = {
    name: string
    expiration: number
    metadata: {
      apps: Record<string, { hostname: string; name: string; type: string; uid: string }>
      expires: number
      iat: number
      nonce: string
      ttl: number
    }
  }
  const sessions = async (email: string) =>
    (await get<Session[]>(`${USERS}/${(await user(email)).id}/active_sessions`)).body.result

  it('there are none at first', async () => {
    expect(await users()).toEqual([])
  })

  it('a browser login creates a user with a seat', async () => {
    const person = await loggedIn(ADA.email)
    const { claims } = person.json()
    expect(await users()).toEqual([
      {
        id: claims.sub,
        uid: claims.sub,
        email: ADA.email,
        name: 'Ada',
        access_seat: true,
        gateway_seat: false,
        seat_uid: claims.sub,
        active_device_count: 0,
        last_successful_login: expect.any(String),
        created_at: expect.any(String),
        updated_at: expect.any(String),
      },
    ])
  })

  it('an authorization of a client creates the same user', async () => {
    await connected()
    await loggedIn(ADA.email)
    expect(await users()).toHaveLength(1)
  })

  it('a person whom the application denies is a user too', async () => {
    await loggedIn(MALLORY.email)
    expect(await users()).toMatchObject([{ email: MALLORY.email }])
    const failed = `${USERS}/${(await user(MALLORY.email)).id}/failed_logins`
    const { result } = (await get<Item[]>(failed)).body
    expect(result).toMatchObject([
      { expiration: expect.any(Number), metadata: { app_uid: ID, app_name: 'Demo' } },
    ])
  })

  it('a service token creates no user', async () => {
    await whoami(credentials())
    expect(await users()).toEqual([])
  })

  it.each([
    ['?email=ADA@example.com', [ADA.email]],
    ['?email=ada', []],
    ['?name=Grace', ['grace@example.com']],
    ['?name=grace', []],
    ['?search=ada', [ADA.email]],
    ['?search=example.com', [ADA.email, 'grace@example.com']],
    ['?per_page=1&page=2', ['grace@example.com']],
    ['?per_page=1&page=3', []],
  ])('are filtered: %s', async (query, emails) => {
    await loggedIn(ADA.email)
    await loggedIn('grace@example.com')
    expect((await users(query)).map(({ email }) => email)).toEqual(emails)
  })

  it('can be created without a seat and renamed, but not created twice', async () => {
    const made = await post<User>(USERS, { email: 'Linus@Example.com', name: 'L' })
    expect(made.status).toBe(201)
    expect(made.body.result).toMatchObject({ email: 'linus@example.com', access_seat: false })
    const { id } = made.body.result
    await put(`${USERS}/${id}`, { email: 'linus@example.com', name: 'Linus' })
    expect((await get(`${USERS}/${id}`)).body.result).toMatchObject({ name: 'Linus' })
    expect((await post(USERS, { email: 'linus@example.com' })).status).toBe(400)
    expect((await put(`${USERS}/${id}`, { email: 'x@y.example', name: 'X' })).status).toBe(400)
    expect((await post(USERS, { email: 'no address' })).body.errors).toMatchObject([
      { source: { pointer: '/email' } },
    ])
    expect(await users()).toHaveLength(1)
  })

  it.each(['', '/active_sessions', '/active_sessions/x', '/last_seen_identity', '/failed_logins'])(
    'an unknown user is a 404: <id>%s',
    async (path) => {
      const { status, body } = await get(`${USERS}/${ID}${path}`)
      expect(status).toBe(404)
      expect(body.errors).toMatchObject([{ code: 12135 }])
    },
  )

  describe('The sessions of a user', () => {
    it('include those of browsers, with the applications that they opened', async () => {
      const person = await loggedIn(ADA.email)
      await person.open('http://other.example:8788/whoami')
      const [session, ...others] = await sessions(ADA.email)
      expect(others).toEqual([])
      const { iat = 0 } = session?.metadata ?? {}
      expect(session).toEqual({
        name: session?.metadata.nonce,
        expiration: iat + 86_400,
        metadata: {
          apps: {
            [ID]: { hostname: 'localhost:8788', name: 'Demo', type: 'self_hosted', uid: ID },
            [OTHER_ID]: {
              hostname: 'other.example:8788',
              name: 'Other',
              type: 'self_hosted',
              uid: OTHER_ID,
            },
          },
          expires: iat + 86_400,
          iat,
          nonce: expect.any(String),
          ttl: 86_400,
        },
      })
    })

    it('include those of clients', async () => {
      await connected()
      expect(await sessions(ADA.email)).toMatchObject([{ metadata: { apps: { [ID]: {} } } }])
    })

    it('name their identity', async () => {
      await loggedIn(ADA.email)
      const [session] = await sessions(ADA.email)
      const path = `${USERS}/${(await user(ADA.email)).id}`
      const one = (await get(`${path}/active_sessions/${session?.metadata.nonce}`)).body.result
      const identity = {
        email: ADA.email,
        name: 'Ada',
        ip: '203.0.113.7',
        geo: { country: 'DE' },
        idp: { type: 'cloudflare' },
      }
      expect(one).toMatchObject({ ...identity, isActive: true })
      expect((await get(`${path}/last_seen_identity`)).body.result).toMatchObject(identity)
    })

    it('expire', async () => {
      await loggedIn(ADA.email)
      await world.advance('23h59m59s')
      expect(await sessions(ADA.email)).toHaveLength(1)
      await world.advance('1s')
      expect(await sessions(ADA.email)).toEqual([])
    })

    it('end at a logout, and the others stay listed', async () => {
      const [phone, laptop] = [await loggedIn(ADA.email), await loggedIn(ADA.email)]
      const both = await sessions(ADA.email)
      expect(both).toHaveLength(2)
      await phone.open(`${APP}/cdn-cgi/access/logout`)
      expect(await sessions(ADA.email)).toEqual(both.slice(1))
      expect((await laptop.open(`${APP}/whoami`)).page?.url).toBe(`${APP}/whoami`)
    })

    it('end at revoke_user', async () => {
      await loggedIn(ADA.email)
      await post(`${ACCOUNT}/access/organizations/revoke_user`, ADA)
      expect(await sessions(ADA.email)).toEqual([])
      await loggedIn(ADA.email)
      expect(await sessions(ADA.email)).toHaveLength(1)
    })
  })

  it('end with DELETE, which ends sessions and grants of that user alone', async () => {
    const [ada, grace] = [await loggedIn(ADA.email), await loggedIn('grace@example.com')]
    const ofAda = await connected()
    const ofGrace = await connected({ email: 'grace@example.com' })
    const { status, body } = await remove(`${USERS}/${(await user(ADA.email)).id}`)
    expect([status, body.success]).toEqual([200, true])
    expect((await users()).map(({ email }) => email)).toEqual(['grace@example.com'])

    expect((await ada.open(`${APP}/whoami`)).page?.title).toBe(LOGIN_TITLE)
    await expect(client.request('/whoami', ofAda.tokens.access_token)).not.toBeAdmitted()
    const refused = await client.refresh(ofAda.clientId, ofAda.tokens.refresh_token)
    expect(await refused.json()).toMatchObject({ error: 'invalid_grant' })

    expect((await grace.open(`${APP}/whoami`)).page?.url).toBe(`${APP}/whoami`)
    await expect(client.request('/whoami', ofGrace.tokens.access_token)).toBeAdmitted()
    expect((await client.refresh(ofGrace.clientId, ofGrace.tokens.refresh_token)).status).toBe(200)
  })

  it('a deleted user may sign in again, without any earlier session', async () => {
    await loggedIn(ADA.email)
    await remove(`${USERS}/${(await user(ADA.email)).id}`)
    await loggedIn(ADA.email)
    expect(await sessions(ADA.email)).toHaveLength(1)
  })
})

describe('A policy test [K36]', () => {
  it('judges all users', async () => {
    await loggedIn(ADA.email)
    await loggedIn(MALLORY.email)
    const before = await log()
    const { body } = await post(`${ACCOUNT}/access/policy-tests`, { policies: [DENY, ALLOW] })
    expect(body.result).toEqual({ id: expect.any(String), status: 'success' })
    const path = `${ACCOUNT}/access/policy-tests/${body.result.id}`
    expect((await get(path)).body.result).toMatchObject({
      total_users: 2,
      users_approved: 1,
      users_blocked: 1,
      percent_approved: 50,
    })
    const blocked = (await get<Item[]>(`${path}/users?status=fail`)).body.result
    expect(blocked).toMatchObject([{ email: MALLORY.email, status: 'blocked' }])
    expect(await log()).toEqual(before)
  })

  it('judges the caller at an application', async () => {
    const checks = async () =>
      (await get<{ app_state: unknown }>(`${ACCOUNT}/access/apps/${ID}/user_policy_checks`)).body
        .result.app_state
    expect(await checks()).toMatchObject({
      app_uid: ID,
      status: 'approved',
      policies: [{ status: 'not matched' }, { status: 'matched' }, { status: 'not matched' }],
    })
    await put(`${ACCOUNT}/access/apps/${ID}`, { policies: [DENY] })
    expect(await checks()).toMatchObject({ status: 'blocked' })
    expect(await log()).toEqual([])
  })

  it('is a 404 if it does not exist', async () => {
    expect((await get(`${ACCOUNT}/access/policy-tests/${ID}`)).status).toBe(404)
    const wrong = await post(`${ACCOUNT}/access/policy-tests`, { policies: ['nothing'] })
    expect(wrong.body.errors).toMatchObject([{ source: { pointer: '/policies/0' } }])
  })
})

describe('A service login', () => {
  it('updates last_seen_at of its token by the emulated clock [K17]', async () => {
    const path = `${ACCOUNT}/access/service_tokens/${serviceToken().id}`
    const seen = async () => (await get(path)).body.result.last_seen_at
    expect(await seen()).toBeUndefined()
    await whoami(credentials())
    const first = await seen()
    await world.advance('1h')
    await whoami(credentials(serviceToken({ client_secret: 'wrong' })))
    expect(await seen()).toBe(first)
    await whoami(credentials())
    expect(await seen()).not.toBe(first)
  })
})
