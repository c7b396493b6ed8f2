import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, type ApiResponse, api, type Item } from '../support/api'
import { Client } from '../support/client'
import { ADA, carrying, emulator, MALLORY, stopClock } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator()
const cloudflare = api(world.fetch)
beforeEach(world.reset)

const POPULATIONS = `${ACCOUNT}/access/user_populations`
const APPS = `${ACCOUNT}/access/apps`
const SITE = 'http://customers.example'

type User = Item & { userName: string; active: boolean }
type UserList = { totalResults: number; Resources: User[] }
const populate = async (name = 'Customers') =>
  (await cloudflare.post(POPULATIONS, { name })).body.result.id
const application = (population: string, changes: object = {}) => ({
  type: 'end_user',
  name: 'Customer application',
  domain: 'customers.example',
  user_populations: [population],
  oauth_configuration: {
    enabled: true,
    dynamic_client_registration: { allow_any_on_localhost: true },
  },
  ...changes,
})
/** A population, its application, and an OAuth client of the application. */
async function site(changes: object = {}) {
  const population = await populate()
  const { id } = (await cloudflare.post(APPS, application(population, changes))).body.result
  return { population, app: `${APPS}/${id}`, client: new Client(world.fetch, SITE) }
}
/** SCIM responses have no envelope. */
const scim = async <T>(method: 'get' | 'post' | 'put' | 'patch', path: string, body?: object) => {
  const response = await cloudflare[method](path, body)
  return { status: response.status, body: response.body as unknown as T }
}
const usersOf = async (population: string) =>
  (await scim<UserList>('get', `${POPULATIONS}/${population}/users`)).body
const refused = ({ status, body }: ApiResponse<unknown>) => [
  status,
  body.errors[0]?.source?.pointer,
]
const whoami = async (client: Client, token: string) => {
  const response = await client.request('/whoami', token)
  return ((await response.json()) as { claims: Record<string, unknown> }).claims
}

describe('User populations [EU1]', () => {
  it('are created, read, renamed, listed and deleted', async () => {
    const created = await cloudflare.post(POPULATIONS, { name: '  Customers ' })
    const { id } = created.body.result
    const population = {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Customers',
      created_at: expect.any(String),
      updated_at: expect.any(String),
    }
    expect([created.status, created.body.result]).toEqual([201, population])
    expect((await cloudflare.get(`${POPULATIONS}/${id}`)).body.result).toEqual(population)
    const renamed = await cloudflare.put(`${POPULATIONS}/${id}`, { name: 'Partners' })
    expect([renamed.status, renamed.body.result.name]).toEqual([200, 'Partners'])
    expect((await cloudflare.get<Item[]>(POPULATIONS)).body.result).toMatchObject([{ id }])
    const deleted = await cloudflare.delete(`${POPULATIONS}/${id}`)
    expect([deleted.status, deleted.body.result]).toEqual([202, { id }])
    expect((await cloudflare.get(`${POPULATIONS}/${id}`)).status).toBe(404)
  })

  it.each(['', '   ', 'é'.repeat(65)])('are refused with the name "%s"', async (name) => {
    expect(refused(await cloudflare.post(POPULATIONS, { name }))).toEqual([400, '/name'])
  })

  it('cannot be deleted while an application has them, and then go with their users', async () => {
    const { population, app } = await site()
    await scim('post', `${POPULATIONS}/${population}/users`, { userName: 'eve@example.com' })
    expect((await cloudflare.delete(`${POPULATIONS}/${population}`)).status).toBe(400)
    await cloudflare.delete(app)
    expect((await cloudflare.delete(`${POPULATIONS}/${population}`)).status).toBe(202)
    const { body } = await cloudflare.get(`${POPULATIONS}/${population}/users`)
    expect(body.errors).toMatchObject([{ code: 12135 }])
  })

  it.each([
    ['Access: SCIM Population Read', 200, 403],
    ['Access: Apps and Policies Write', 200, 201],
    ['Access: Groups Read', 403, 403],
  ])('need a permission: %s', async (permission, read, write) => {
    const API_TOKENS = [{ name: 'x', token: 'x', permissions: [permission] }]
    const limited = api(carrying(emulator({ API_TOKENS }).fetch, { authorization: 'Bearer x' }))
    expect((await limited.get(POPULATIONS)).status).toBe(read)
    expect((await limited.post(POPULATIONS, { name: 'x' })).status).toBe(write)
  })
})

describe('An application of type end_user [EU1]', () => {
  it('has Managed OAuth on, and no policies of its own', async () => {
    const population = await populate()
    const { status, body } = await cloudflare.post(
      APPS,
      application(population, { oauth_configuration: undefined }),
    )
    expect([status, body.result]).toMatchObject([
      201,
      {
        type: 'end_user',
        user_populations: [population],
        policies: [],
        oauth_configuration: { enabled: true },
      },
    ])
    expect((await world.fetch(`${SITE}/`)).headers.get('www-authenticate')).toMatch(/^Bearer/)
  })

  it('may be at a Worker alone', async () => {
    const changes = { domain: undefined, destinations: [{ type: 'worker', worker_id: 'w' }] }
    const body = application(await populate(), changes)
    expect((await cloudflare.post(APPS, body)).status).toBe(201)
  })

  it.each<[what: string, changes: object, pointer: string]>([
    ['no population', { user_populations: undefined }, '/user_populations'],
    ['two populations', { user_populations: ['a', 'b'] }, '/user_populations'],
    ['an unknown population', { user_populations: ['a'] }, '/user_populations/0'],
    ['no destination', { domain: undefined }, '/domain'],
    [
      'a policy',
      { policies: [{ name: 'x', decision: 'allow', include: [{ everyone: {} }] }] },
      '/policies',
    ],
    ['SCIM of its own', { scim_config: {} }, '/scim_config'],
    ['MFA of its own', { mfa_config: {} }, '/mfa_config'],
    ['Managed OAuth off', { oauth_configuration: { enabled: false } }, '/oauth_configuration'],
    ['another type', { type: 'self_hosted' }, '/user_populations'],
  ])('is refused with %s', async (_, changes, pointer) => {
    const body = application(await populate(), changes)
    expect(refused(await cloudflare.post(APPS, body))).toEqual([400, pointer])
  })

  it('may be a setting, beside its population', async () => {
    const seeded = emulator({
      USER_POPULATIONS: [{ id: 'customers', name: 'Customers' }],
      APPLICATIONS: [application('customers')],
    })
    await seeded.signIn(ADA)
    const client = new Client(seeded.fetch, SITE)
    const { tokens } = await client.connect()
    const { sub } = await whoami(client, tokens.access_token)
    const users = await api(seeded.fetch).get(`${POPULATIONS}/customers/users`)
    expect(users.body).toMatchObject({ Resources: [{ id: sub, userName: ADA.email }] })
  })

  it('keeps its type, and no other application gets it', async () => {
    const { app, population } = await site()
    const other = { type: 'self_hosted', domain: 'customers.example' }
    expect(refused(await cloudflare.put(app, other))).toEqual([400, '/type'])
    const hosted = { type: 'self_hosted', domain: 'hosted.example' }
    const { id } = (await cloudflare.post(APPS, hosted)).body.result
    const changed = application(population, { domain: 'hosted.example' })
    expect(refused(await cloudflare.put(`${APPS}/${id}`, changed))).toEqual([400, '/type'])
    const put = await cloudflare.put(app, application(population, { name: 'New' }))
    expect([put.status, put.body.result.name]).toEqual([200, 'New'])
  })
})

describe('A person at an end-user application [EU2, EU3]', () => {
  it('is admitted whoever they are, and becomes a user with an id of the population', async () => {
    const { population, client } = await site()
    expect(await usersOf(population)).toMatchObject({ totalResults: 0, Resources: [] })
    const ids: unknown[] = []
    for (const who of [ADA, MALLORY]) {
      await world.signIn(who)
      const { tokens } = await client.connect()
      const { sub, email } = await whoami(client, tokens.access_token)
      expect(email).toBe(who.email)
      ids.push(sub)
    }
    const { Resources } = await usersOf(population)
    expect(Resources).toMatchObject([
      { id: ids[0], userName: ADA.email, active: true, meta: { resourceType: 'User' } },
      { id: ids[1], userName: MALLORY.email, active: true },
    ])
    expect(await world.events()).toContainEqual(
      expect.objectContaining({ kind: 'user-created', ...ADA, userId: ids[0], rule: 'EU3' }),
    )
  })

  it('has the same id in a browser, and at get-identity as user_uuid', async () => {
    const { population } = await site()
    const hosts = ['customers.example', '127.0.0.1']
    const person = await new Person(world.fetch, hosts).open(`${SITE}/whoami`)
    await person.press('Log in', ADA)
    const { claims } = person.json() as { claims: { sub: string } }
    expect((await usersOf(population)).Resources).toMatchObject([{ id: claims.sub }])
    await person.open(`${SITE}/cdn-cgi/access/get-identity`)
    expect(person.json()).toMatchObject({ user_uuid: claims.sub })
  })

  it('has another id in another population, and in the organization', async () => {
    const { client } = await site()
    const second = await populate('Partners')
    const partners = application(second, { domain: 'partners.example' })
    await cloudflare.post(APPS, partners)
    await world.signIn(ADA)
    const ids = new Set<unknown>()
    for (const each of [
      client,
      new Client(world.fetch, 'http://partners.example'),
      new Client(world.fetch),
    ]) {
      const { tokens } = await each.connect()
      ids.add((await whoami(each, tokens.access_token)).sub)
    }
    expect(ids.size).toBe(3)
  })

  it('has the same id again after a second login, and is created once', async () => {
    const { population, client } = await site()
    await world.signIn(ADA)
    const [one, two] = [await client.connect(), await client.connect()]
    const ids = [one, two].map(async ({ tokens }) => whoami(client, tokens.access_token))
    const [first, second] = await Promise.all(ids)
    expect(first?.sub).toBe(second?.sub)
    expect((await usersOf(population)).totalResults).toBe(1)
  })

  it('is created once by two authorizations at the same time', async () => {
    const { population, client } = await site()
    await world.signIn(ADA)
    const { client_id } = await client.register()
    await Promise.all([client.code(client_id), client.code(client_id)])
    expect((await usersOf(population)).totalResults).toBe(1)
    const created = (await world.events()).filter(({ kind }) => kind === 'user-created')
    expect(created).toHaveLength(1)
  })

  it('who is not active is refused, at the next refresh too', async () => {
    const { population, client } = await site()
    await world.signIn(ADA)
    const { clientId, tokens } = await client.connect()
    const [user] = (await usersOf(population)).Resources
    const path = `${POPULATIONS}/${population}/users/${user?.id}`
    await scim('patch', path, { Operations: [{ op: 'replace', path: 'active', value: false }] })
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
    const refusal = await client.authorization((await client.register()).client_id)
    expect(refusal.status).toBe(403)
    expect(await world.events()).toContainEqual(
      expect.objectContaining({
        outcome: 'refused',
        why: expect.stringContaining('its exclude rule email ada@example.com matches'),
      }),
    )
    await scim('patch', path, { Operations: [{ op: 'Replace', value: { active: true } }] })
    await client.code((await client.register()).client_id)
  })
})

describe('The users of a population are SCIM resources [EU3]', () => {
  const users = async () => `${POPULATIONS}/${await populate()}/users`
  const EVE = { userName: 'Eve@Example.com', displayName: 'Eve', name: { givenName: 'Eve' } }

  it('are created, read, replaced, changed and deleted', async () => {
    const LIST = await users()
    const created = await scim<User>('post', LIST, {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id: 'made-up',
      ...EVE,
    })
    const { id } = created.body
    const user = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...EVE,
      userName: 'eve@example.com',
      active: true,
      meta: {
        resourceType: 'User',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: expect.stringContaining(`${LIST}/${id}`),
      },
    }
    expect([created.status, created.body]).toEqual([201, user])
    expect((await scim('get', `${LIST}/${id}`)).body).toEqual(user)
    const Operations = [
      { op: 'replace', path: 'name.familyName', value: 'Adams' },
      { op: 'add', path: 'externalId', value: '7' },
      { op: 'remove', path: 'displayName' },
    ]
    const { displayName: _, ...rest } = user
    const name = { givenName: 'Eve', familyName: 'Adams' }
    const patched = await scim('patch', `${LIST}/${id}`, { Operations })
    expect(patched.body).toEqual({ ...rest, name, externalId: '7' })
    const put = await scim<User>('put', `${LIST}/${id}`, { userName: 'eve@example.com' })
    expect(put.body).not.toHaveProperty('externalId')
    const deleted = await world.fetch(`http://localhost:8788/client/v4${LIST}/${id}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer x' },
    })
    expect([deleted.status, await deleted.text()]).toEqual([204, ''])
    expect((await cloudflare.get(`${LIST}/${id}`)).status).toBe(404)
  })

  it('are listed in pages, and found by userName', async () => {
    const LIST = await users()
    for (const name of ['a', 'b', 'c']) await scim('post', LIST, { userName: `${name}@x.test` })
    const found = async (query: string) => {
      const { body } = await scim<UserList>('get', `${LIST}?${query}`)
      return [body.totalResults, body.Resources.map(({ userName }) => userName)]
    }
    expect(await found('startIndex=2&count=1')).toEqual([3, ['b@x.test']])
    const filter = encodeURIComponent('userName eq "C@x.test"')
    expect(await found(`filter=${filter}`)).toEqual([1, ['c@x.test']])
    expect((await cloudflare.get(`${LIST}?filter=id%20pr`)).status).toBe(400)
  })

  it('may have the content type of SCIM', async () => {
    const response = await world.fetch(`http://localhost:8788/client/v4${await users()}`, {
      method: 'POST',
      headers: { authorization: 'Bearer x', 'content-type': 'application/scim+json' },
      body: JSON.stringify(EVE),
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('content-type')).toMatch(/^application\/scim\+json/)
  })

  it('who exist already, or have no userName, are refused', async () => {
    const LIST = await users()
    await scim('post', LIST, EVE)
    expect(refused(await cloudflare.post(LIST, EVE))).toEqual([400, '/userName'])
    expect(refused(await cloudflare.post(LIST, { active: true }))).toEqual([400, '/userName'])
  })

  it.each([
    [{ Operations: [] }, '/Operations'],
    [{ Operations: [{ op: 'move', path: 'active' }] }, '/Operations/0/op'],
    [{ Operations: [{ op: 'remove' }] }, '/Operations/0'],
    [{ Operations: [{ op: 'replace', path: 'emails[type eq "work"]' }] }, '/Operations/0/path'],
    [{ Operations: [{ op: 'replace', path: 'active', value: 'no' }] }, '/Operations'],
  ])('are not changed by a wrong PATCH: %j', async (body, pointer) => {
    const LIST = await users()
    const { id } = (await scim<User>('post', LIST, EVE)).body
    expect(refused(await cloudflare.patch(`${LIST}/${id}`, body))).toEqual([400, pointer])
    expect((await scim<User>('get', `${LIST}/${id}`)).body.active).toBe(true)
  })
})
