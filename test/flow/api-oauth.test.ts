import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, type ApiResponse, api, type Item } from '../support/api'
import { DashClient, EMULATED_ACCOUNT_ID, oauthClient, withClients } from '../support/dashboard'
import { ADA, carrying, emulator, MALLORY, stopClock } from '../support/emulator'

stopClock()
const ZONE = `/zones/${'e'.repeat(32)}`
const APPS = '/access/apps'
const SCOPES = ['access.read', 'zone-access.read', 'oauth-client.write', 'user-details.read']
const CLIENT = { scopes: SCOPES, optional_scopes: [], grant_types: ['authorization_code'] }
const world = emulator(withClients(CLIENT))
const tokenFor = async (scopes: string[], { fetch, signIn } = world, who = ADA) => {
  await signIn({ ...who, consent: 'allow' })
  const client = new DashClient(fetch)
  const response = await client.exchange(await client.code({ scope: scopes.join(' ') }))
  await signIn(null)
  return ((await response.json()) as { access_token: string }).access_token
}
/** The API as called by an OAuth client with these scopes. */
const as = async (...scopes: string[]) => {
  const authorization = `Bearer ${await tokenFor(scopes)}`
  const fetch: typeof world.fetch = (url, init) => {
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), authorization }
    return world.fetch(url, { ...init, headers })
  }
  return api(fetch)
}
const refused = ({ status, body }: ApiResponse<unknown>) => [status, body.errors[0]?.code]
beforeEach(world.reset)

describe('The access token of an OAuth client opens the API', () => {
  it.each<[scope: string, path: string, opens: boolean]>([
    ['user-details.read', '/user', true],
    ['access.read', '/user', false],
    ['access.read', ACCOUNT + APPS, true],
    ['user-details.read', ACCOUNT + APPS, false],
    ['zone-access.read', ZONE + APPS, true],
    ['zone-access.read', ACCOUNT + APPS, false],
    ['access.read', `${ACCOUNT}/access/users`, false],
    // To write is not to read [A].
    ['oauth-client.write', `${ACCOUNT}/oauth_clients`, false],
    ['access.read', '/accounts', true],
  ])('for exactly its scopes: %s, %s is %s [V21]', async (scope, path, opens) => {
    const answer = await (await as(scope)).get(path)
    if (opens) expect(answer.status).toBe(200)
    else expect(refused(answer)).toEqual([403, 10000])
  })

  it('for the accounts that the person chose, and for zones of them only [V21]', async () => {
    const accounts = [{ id: 'a'.repeat(32), name: 'A', members: ['ada@example.com'] }]
    const two = emulator({
      ...withClients({ ...CLIENT, visibility: 'public' }),
      ACCOUNTS: accounts,
    })
    const token = await tokenFor(SCOPES, two, MALLORY)
    const cloudflare = api(carrying(two.fetch, { authorization: `Bearer ${token}` }))
    expect((await cloudflare.get('/accounts')).body.result).toEqual([])
    for (const owner of [`/accounts/${'a'.repeat(32)}`, ZONE]) {
      expect(refused(await cloudflare.get(owner + APPS))).toEqual([403, 10000])
    }
  })

  it('until the client is deleted', async () => {
    const cloudflare = await as('user-details.read')
    const { client_id: id } = oauthClient()
    await api(world.fetch).delete(`${ACCOUNT}/oauth_clients/${id}`)
    expect(refused(await cloudflare.get('/user'))).toEqual([403, 9109])
  })

  it('and is refused once it has expired, and not taken as an administrator', async () => {
    const cloudflare = await as('access.read')
    await world.advance('1h')
    expect(refused(await cloudflare.get(ACCOUNT + APPS))).toEqual([403, 9109])
  })
})

describe('The secret of a client follows its method [C2, C5]', () => {
  const cloudflare = api(world.fetch)
  const LIST = `${ACCOUNT}/oauth_clients`
  const create = async (method: string) => {
    const { client_id: _, optional_scopes: __, ...members } = oauthClient(CLIENT)
    const body = { ...members, token_endpoint_auth_method: method }
    const { result } = (await cloudflare.post(LIST, body)).body
    return `${LIST}/${result.client_id}`
  }

  it('is deleted with the method none, and cannot be rotated', async () => {
    const path = await create('client_secret_post')
    await cloudflare.patch(path, { token_endpoint_auth_method: 'none' })
    expect((await cloudflare.post(`${path}/rotate_secret`)).status).toBe(400)
    expect((await cloudflare.get(path)).body.result).toMatchObject({ has_rotated_secret: false })
  })

  it('is created by the first rotation if the method was none', async () => {
    const path = await create('none')
    await cloudflare.patch(path, { token_endpoint_auth_method: 'client_secret_post' })
    const { status, body } = await cloudflare.post(`${path}/rotate_secret`)
    expect([status, body.result]).toEqual([200, { client_secret: expect.any(String) }])
    expect((await cloudflare.get(path)).body.result).toMatchObject({ has_rotated_secret: false })
  })
})

it('A list that the SDK requests without parameters is whole on its first page [V30]', async () => {
  const cloudflare = api(world.fetch)
  for (const path of [`${ACCOUNT}/oauth_clients`, '/oauth/scopes']) {
    const { body } = await cloudflare.get<Item[]>(path)
    expect(body.result_info).toMatchObject({ page: 1, per_page: 1000 })
    expect(body.result_info?.total_count).toBe(body.result.length)
  }
})

describe('A scope whose group alone is in the catalogue [C19]', () => {
  const scopes = ['dns.read', 'dns.delete']
  const unlisted = { outcome: 'noted', rule: 'C19', scopes: ['dns.delete'] }
  const eventsOf = async ({ events }: typeof world) =>
    (await events()).filter(({ kind }) => kind === 'scopes-not-listed')

  it('is accepted by the API, with an event', async () => {
    const cloudflare = api(world.fetch)
    const LIST = `${ACCOUNT}/oauth_clients`
    const body = { ...oauthClient(CLIENT), scopes: ['dns.read'] }
    const { client_id: id } = (await cloudflare.post(LIST, body)).body.result
    expect(await eventsOf(world)).toEqual([])
    const changed = await cloudflare.patch(`${LIST}/${id}`, { scopes })
    expect([changed.status, changed.body.result.scopes]).toEqual([200, [...scopes, 'openid']])
    const created = await cloudflare.post(LIST, { ...body, scopes })
    expect([created.status, created.body.result.scopes]).toEqual([200, [...scopes, 'openid']])
    expect(await eventsOf(world)).toMatchObject([
      { ...unlisted, client: { id } },
      { ...unlisted, client: { id: created.body.result.client_id } },
    ])
  })

  it('is accepted by the settings; an event names the authorization that requests it', async () => {
    const seeded = emulator(withClients({ ...CLIENT, scopes }))
    await tokenFor(['dns.read'], seeded)
    expect(await eventsOf(seeded)).toEqual([])
    await tokenFor(scopes, seeded)
    expect(await eventsOf(seeded)).toMatchObject([{ ...unlisted, client: { name: 'Zone lister' } }])
  })

  it('is refused if its group is not in the catalogue either [C6]', async () => {
    const body = { ...oauthClient(CLIENT), scopes: ['dsn.read'] }
    const { status, body: answer } = await api(world.fetch).post(`${ACCOUNT}/oauth_clients`, body)
    expect([status, answer.errors[0]?.source?.pointer]).toEqual([400, '/scopes/0'])
    expect(await eventsOf(world)).toEqual([])
  })
})

describe('A person creates and edits OAuth clients in the role for it [C20]', () => {
  const ACCOUNTS = [
    {
      id: EMULATED_ACCOUNT_ID,
      name: 'Ours',
      members: [
        'ada@example.com',
        { email: 'grace@example.com', roles: ['Administrator Read Only', 'Billing'] },
        { email: 'sue@example.com', roles: ['Super Administrator - All Privileges'] },
        { email: 'sam@example.com', roles: ['Super Administrator'] },
        { email: 'olga@example.com', roles: ['Billing', 'OAuth Client Write'] },
      ],
    },
  ]
  const LIST = `${ACCOUNT}/oauth_clients`
  const ONE = `${LIST}/${oauthClient().client_id}`
  const settings = { ...withClients(CLIENT), ACCOUNTS }
  const owned = emulator(settings)
  const byKeyOf = (email: string, { fetch } = owned) =>
    api((url, init) => {
      const { authorization: _, ...headers } = Object.fromEntries(new Headers(init?.headers))
      const key = { 'x-auth-email': email, 'x-auth-key': 'k' }
      return fetch(url, { ...init, headers: { ...headers, ...key } })
    })
  beforeEach(owned.reset)

  it.each(['ada@example.com', 'sue@example.com', 'sam@example.com', 'olga@example.com'])(
    '%s can, by key',
    async (email) => {
      const cloudflare = byKeyOf(email)
      expect((await cloudflare.post(LIST, oauthClient(CLIENT))).status).toBe(200)
      expect((await cloudflare.patch(ONE, { client_name: 'New' })).status).toBe(200)
    },
  )

  it.each(['grace@example.com', 'mallory@blocked.example'])(
    '%s cannot, by key, and nothing changes',
    async (email) => {
      const cloudflare = byKeyOf(email)
      const before = (await cloudflare.get<Item[]>(LIST)).body.result
      for (const response of [
        await cloudflare.post(LIST, oauthClient(CLIENT)),
        await cloudflare.patch(ONE, { client_name: 'New' }),
        await cloudflare.delete(ONE),
        await cloudflare.post(`${ONE}/rotate_secret`),
        await cloudflare.delete(`${ONE}/rotate_secret`),
      ]) {
        expect(refused(response)).toEqual([403, 10000])
      }
      expect((await cloudflare.get<Item[]>(LIST)).body.result).toEqual(before)
      const [event] = (await owned.events()).filter(({ kind }) => kind === 'api-call').slice(1)
      expect(event).toMatchObject({
        outcome: 'refused',
        email,
        why: `${email} has none of these roles in the account Ours: Super Administrator, Super Administrator - All Privileges, Administrator, OAuth Client Write.`,
        change: expect.stringContaining('ACCOUNTS'),
      })
    },
  )

  it.each([
    ['grace@example.com', 403],
    ['olga@example.com', 200],
  ])('the token of an OAuth client counts as the person: %s, %i', async (email, status) => {
    const token = await tokenFor(['oauth-client.write'], owned, { email })
    const cloudflare = api(carrying(owned.fetch, { authorization: `Bearer ${token}` }))
    expect((await cloudflare.post(LIST, oauthClient(CLIENT))).status).toBe(status)
  })

  it('an API token needs no role, but its permission', async () => {
    const API_TOKENS = [{ name: 'x', token: 'x', permissions: ['OAuth Client Write'] }]
    const { fetch } = emulator({ ...settings, API_TOKENS })
    const cloudflare = api(carrying(fetch, { authorization: 'Bearer x' }))
    expect((await cloudflare.post(LIST, oauthClient(CLIENT))).status).toBe(200)
  })

  it('an account without members is open to every person', async () => {
    const cloudflare = byKeyOf('anybody@example.com', world)
    expect((await cloudflare.post(LIST, oauthClient(CLIENT))).status).toBe(200)
  })
})
