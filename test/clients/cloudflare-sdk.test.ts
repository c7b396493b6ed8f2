import Cloudflare, { NotFoundError } from 'cloudflare'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Person } from '../support/person'
import { type Server, startServer } from '../support/server'

const account_id = '023e105f4ecef8ad9ca31a8372d0c353'
const EVERYONE = [{ everyone: {} }]
const ALLOW = { name: 'Everybody', decision: 'allow' as const, include: EVERYONE }

let server: Server
let cloudflare: Cloudflare
beforeAll(async () => {
  server = await startServer()
  const baseURL = `${server.app}/client/v4`
  cloudflare = new Cloudflare({ apiToken: 'any', baseURL, maxRetries: 0 })
})
afterAll(() => server?.stop())
beforeEach(() => server.control('POST', 'reset'))

/** The operations of an SDK resource on one kind of record. */
type Resource<T> = {
  title: string
  id: (record: T) => string
  create: (number: number) => Promise<T>
  get: (id: string) => Promise<T>
  list: () => AsyncIterable<T>
  replace: (id: string) => Promise<T>
  /** The members of a replaced record. */
  replaced: object
  remove: (id: string) => Promise<unknown>
  /** The number of records in the seed. */
  seeded?: number
}

function describeResource<T extends object>(resource: () => Resource<T>): void {
  it('is created, read, listed over three pages, replaced and deleted', async () => {
    const { id, create, get, list, replace, replaced, remove, seeded = 0 } = resource()
    const created: T[] = []
    for (let number = 0; number < 5; number++) created.push(await create(number))
    const [first] = created
    if (!first) throw new Error('nothing was created')
    expect(await get(id(first))).toMatchObject(withoutSecret(first))
    const listed = []
    // The SDK requests pages of two until one is empty.
    for await (const each of list()) listed.push(id(each))
    expect(listed).toHaveLength(5 + seeded)
    expect(listed).toEqual(expect.arrayContaining(created.map(id)))
    expect(await replace(id(first))).toMatchObject(replaced)
    const wanted = 'name' in replaced && !('id' in first) ? String(replaced.name) : id(first)
    expect(await get(wanted)).toMatchObject(replaced)
    await remove(wanted)
    await expect(get(wanted)).rejects.toBeInstanceOf(NotFoundError)
  })
}

// Only the response to its creation contains a service token's secret.
function withoutSecret<T extends object>(record: T): object {
  const { client_secret: _, ...rest } = record as T & { client_secret?: string }
  return rest
}

describe('An application [K1, K2]', () => {
  const { applications } = new Cloudflare({ apiToken: 'x' }).zeroTrust.access
  type Application = Awaited<ReturnType<typeof applications.get>> & { id: string }
  const api = () => cloudflare.zeroTrust.access.applications
  // The SDK's types have no inline policies, although its documentation has.
  const create = (members: object) =>
    api().create({ account_id, type: 'self_hosted', policies: [ALLOW], ...members } as never)
  describeResource<Application>(() => ({
    title: 'application',
    id: ({ id }) => id,
    create: (number) => create({ domain: `app${number}.example.com` }) as Promise<Application>,
    get: (id) => api().get(id, { account_id }) as Promise<Application>,
    list: () => api().list({ account_id, per_page: 2 }) as AsyncIterable<Application>,
    replace: (id) =>
      api().update(id, {
        account_id,
        type: 'self_hosted',
        domain: 'other.example.com/mcp',
        oauth_configuration: { grant: { access_token_lifetime: '5m' } },
      }) as Promise<Application>,
    // Members that are not sent are removed, policies included; `enabled` is on if the object exists [K2, K8].
    replaced: {
      domain: 'other.example.com/mcp',
      policies: [],
      oauth_configuration: { enabled: true, grant: { access_token_lifetime: '5m' } },
    },
    remove: (id) => api().delete(id, { account_id }),
    seeded: 1,
  }))

  it.each([
    ['aud', (app: Application) => ({ aud: 'aud' in app ? app.aud : '' })],
    ['domain', () => ({ domain: 'app1.example.com' })],
    ['name', () => ({ name: 'app1.example.com', exact: true })],
    ['search', () => ({ search: 'APP1' })],
  ])('is found by %s', async (_, filterOf) => {
    const apps = []
    for (const number of [1, 2]) {
      apps.push(await create({ domain: `app${number}.example.com` }))
    }
    const found = []
    const filter = filterOf(apps[0] as Application)
    for await (const each of api().list({ account_id, ...filter })) found.push(each)
    expect(found).toEqual([apps[0]])
  })

  it('applied twice from one plan is the same both times [K2, K38]', async () => {
    const plan = {
      account_id,
      type: 'self_hosted' as const,
      domain: 'mcp.example.com',
      oauth_configuration: { enabled: true, grant: { access_token_lifetime: '5m' } },
    }
    const { id } = (await create(plan)) as Application
    const apply = async () => {
      await api().update(id, plan)
      return { ...(await api().get(id, { account_id })), updated_at: '' }
    }
    const first = await apply()
    expect(await apply()).toEqual(first)
    // A tool that writes back what it has read changes nothing either.
    await api().update(id, { account_id, ...first } as never)
    expect({ ...(await api().get(id, { account_id })), updated_at: '' }).toEqual(first)
  })

  it('is created with 201, and deleted with 202 and its id', async () => {
    const created = await create({ domain: 'a.example.com' }).asResponse()
    expect(created.status).toBe(201)
    const { result } = (await created.json()) as { result: { id: string } }
    const deleted = await api().delete(result.id, { account_id }).asResponse()
    expect(deleted.status).toBe(202)
    expect(await deleted.json()).toMatchObject({ success: true, result: { id: result.id } })
  })

  it('has its tokens revoked by a POST without a body or a content type: 202', async () => {
    const { id } = (await create({ domain: 'a.example.com' })) as Application
    expect((await api().revokeTokens(id, { account_id }).asResponse()).status).toBe(202)
  })

  it('is the same on a zone [V20]', async () => {
    const zone_id = 'a'.repeat(32)
    const created = await create({ account_id: undefined, zone_id, domain: 'z.example' })
    const { id } = created as Application
    expect(await api().get(id, { account_id })).toEqual(await api().get(id, { zone_id }))
  })

  it('reports whether its policies admit the caller [K36]', async () => {
    const { id } = (await create({ domain: 'a.example.com' })) as Application
    const checks = await api().userPolicyChecks.list(id, { account_id })
    expect(checks).toMatchObject({ app_state: { app_uid: id, status: 'approved' } })
  })
})

describe("An application's own policy [K12]", () => {
  const api = () => cloudflare.zeroTrust.access.applications
  type Policy = { id?: string }
  let appId = ''
  beforeEach(async () => {
    const app = await api().create({ account_id, type: 'self_hosted', domain: 'p.example.com' })
    appId = (app as { id: string }).id
  })
  describeResource<Policy>(() => ({
    title: 'policy',
    id: ({ id = '' }) => id,
    create: (number) =>
      api().policies.create(appId, { account_id, ...ALLOW, name: `Policy ${number}` }),
    get: (id) => api().policies.get(id, { account_id, app_id: appId }),
    list: () => api().policies.list(appId, { account_id, per_page: 2 }),
    replace: (id) =>
      api().policies.update(id, { account_id, app_id: appId, ...ALLOW, decision: 'deny' } as never),
    replaced: { decision: 'deny', reusable: false },
    remove: (id) => api().policies.delete(id, { account_id, app_id: appId }),
  }))
})

describe('A reusable policy [K13]', () => {
  const api = () => cloudflare.zeroTrust.access.policies
  describeResource<{ id?: string }>(() => ({
    title: 'policy',
    id: ({ id = '' }) => id,
    create: (number) => api().create({ account_id, ...ALLOW, name: `Policy ${number}` }),
    get: (id) => api().get(id, { account_id }),
    list: () => api().list({ account_id, per_page: 2 }),
    replace: (id) => api().update(id, { account_id, ...ALLOW, session_duration: '1h' }),
    replaced: { reusable: true, session_duration: '1h', app_count: 0 },
    remove: (id) => api().delete(id, { account_id }),
  }))

  it('is named by an application, expanded in its response, and counted', async () => {
    const policy = await api().create({ account_id, ...ALLOW })
    const app = await cloudflare.zeroTrust.access.applications.create({
      account_id,
      type: 'self_hosted',
      domain: 'p.example.com',
      policies: [{ id: policy.id ?? '', precedence: 7 }],
    })
    expect(app).toMatchObject({
      policies: [{ id: policy.id, precedence: 7, name: 'Everybody', reusable: true }],
    })
    expect(await api().get(policy.id ?? '', { account_id })).toMatchObject({ app_count: 1 })
  })
})

describe('A group [K20]', () => {
  const api = () => cloudflare.zeroTrust.access.groups
  describeResource<{ id?: string }>(() => ({
    title: 'group',
    id: ({ id = '' }) => id,
    create: (number) => api().create({ account_id, name: `Group ${number}`, include: EVERYONE }),
    get: (id) => api().get(id, { account_id }),
    list: () => api().list({ account_id, per_page: 2 }),
    replace: (id) => api().update(id, { account_id, name: 'Other', include: EVERYONE }),
    replaced: { name: 'Other', is_default: [] },
    remove: (id) => api().delete(id, { account_id }),
  }))
})

describe('A tag [K5]', () => {
  const api = () => cloudflare.zeroTrust.access.tags
  describeResource<{ name: string }>(() => ({
    title: 'tag',
    id: ({ name }) => name,
    create: (number) => api().create({ account_id, name: `tag-${number}` }),
    get: (name) => api().get(name, { account_id }),
    list: () => api().list({ account_id, per_page: 2 }),
    replace: (name) => api().update(name, { account_id, name: 'a/b c' }),
    replaced: { name: 'a/b c' },
    remove: (name) => api().delete(name, { account_id }),
  }))
})

describe('An identity provider [K21]', () => {
  const api = () => cloudflare.zeroTrust.identityProviders
  const config = {
    auth_url: 'https://idp.example/auth',
    token_url: 'https://idp.example/token',
    certs_url: 'https://idp.example/certs',
    client_id: 'access',
    client_secret: 'a secret',
  }
  describeResource<{ id?: string }>(() => ({
    title: 'provider',
    id: ({ id = '' }) => id,
    create: (number) =>
      api().create({ account_id, name: `OIDC ${number}`, type: 'onetimepin', config: {} }),
    get: (id) => api().get(id, { account_id }),
    list: () => api().list({ account_id, per_page: 2 }) as AsyncIterable<{ id?: string }>,
    replace: (id) => api().update(id, { account_id, name: 'Corporate', type: 'oidc', config }),
    replaced: { name: 'Corporate', type: 'oidc' },
    remove: (id) => api().delete(id, { account_id }),
    seeded: 2,
  }))

  it('never shows its secret', async () => {
    const made = await api().create({ account_id, name: 'Corporate', type: 'oidc', config })
    const shown = await api().get(made.id ?? '', { account_id })
    expect(JSON.stringify([made, shown])).not.toContain('a secret')
  })
})

describe('A service token [K15]', () => {
  const api = () => cloudflare.zeroTrust.access.serviceTokens
  type Token = { id?: string; client_id?: string; client_secret?: string }
  describeResource<Token>(() => ({
    title: 'service token',
    id: ({ id = '' }) => id,
    create: (number) => api().create({ account_id, name: `CI ${number}` }),
    get: (id) => api().get(id, { account_id }),
    list: () => api().list({ account_id, per_page: 2 }),
    replace: (id) => api().update(id, { account_id, name: 'Other', duration: 'forever' }),
    replaced: { name: 'Other', duration: 'forever' },
    remove: (id) => api().delete(id, { account_id }),
  }))

  const admitted = async ({ client_id = '' }: Token, secret: string) => {
    const response = await server.fetch(`${server.app}/machines`, {
      headers: { 'cf-access-client-id': client_id, 'cf-access-client-secret': secret },
    })
    return response.status
  }
  const start = async () => {
    const token = await api().create({ account_id, name: 'CI' })
    const members = {
      domain: `localhost:${server.port}/machines`,
      policies: [
        {
          name: 'CI',
          decision: 'non_identity',
          include: [{ service_token: { token_id: token.id ?? '' } }],
        },
      ],
    }
    const body = { account_id, type: 'self_hosted', ...members }
    await cloudflare.zeroTrust.access.applications.create(body as never)
    return { token, id: token.id ?? '', secret: token.client_secret ?? '' }
  }

  it('admits a machine; after a rotation the old secret is valid until the requested time', async () => {
    const { token, id, secret } = await start()
    // The demo has no such page: an admitted request is a 404, a refused one a 403 [U16].
    expect(await admitted(token, secret)).toBe(404)
    const ends = new Date(Date.now() + 3_600_000).toISOString()
    const rotated = await api().rotate(id, {
      account_id,
      previous_client_secret_expires_at: ends,
    })
    const next = rotated.client_secret ?? ''
    expect([await admitted(token, secret), await admitted(token, next)]).toEqual([404, 404])
    await server.control('PATCH', 'clock', { advance: '61m' })
    expect([await admitted(token, secret), await admitted(token, next)]).toEqual([403, 404])
    const again = await api().rotate(id, { account_id })
    expect(await admitted(token, next)).toBe(403)
    expect(await admitted(token, again.client_secret ?? '')).toBe(404)
    expect(await api().get(id, { account_id })).toHaveProperty('last_seen_at')
  })

  it('is valid for its duration again after a refresh', async () => {
    const { token, id, secret } = await start()
    await server.control('PATCH', 'clock', { advance: '8760h' })
    expect(await admitted(token, secret)).toBe(403)
    await api().refresh(id, { account_id })
    expect(await admitted(token, secret)).toBe(404)
  })

  it('that a policy names cannot be deleted', async () => {
    const { id } = await start()
    await expect(api().delete(id, { account_id })).rejects.toMatchObject({ status: 400 })
  })
})

describe('The organization [K18]', () => {
  it('is read and changed, and revokes a person', async () => {
    const api = cloudflare.zeroTrust.organizations
    const changes = { account_id, session_duration: '12h', strict_service_token_auth: true }
    expect(await api.update(changes)).toMatchObject({ strict_service_token_auth: true })
    expect(await api.list({ account_id })).toMatchObject({ session_duration: '12h' })
    const headers = { 'cf-access-client-id': 'x.access', 'cf-access-client-secret': 'x' }
    expect((await server.fetch(`${server.app}/`, { headers })).status).toBe(401)
    const person = await new Person(server.fetch, hosts()).open(`${server.app}/whoami`)
    await person.press('ada@example.com')
    const revoked = await api.revokeUsers({
      account_id,
      email: 'ada@example.com',
      body_devices: true,
    })
    expect(revoked).toBe(true)
    expect((await person.open(`${server.app}/whoami`)).page?.title).toContain('Sign in')
  })
})

describe('A person who signed in [K22, K23, K25]', () => {
  it('is a user, with sessions, an identity and entries in the log', async () => {
    const { access } = cloudflare.zeroTrust
    const person = await new Person(server.fetch, hosts()).open(`${server.app}/whoami`)
    await person.press('mallory@blocked.example')
    await person.follow('Log in as another person')
    await person.press('ada@example.com')
    const users = []
    for await (const user of access.users.list({ account_id, per_page: 1 })) users.push(user)
    expect(users.map(({ email }) => email)).toEqual(['mallory@blocked.example', 'ada@example.com'])
    const [mallory, ada] = users.map(({ id = '' }) => id)
    if (!ada || !mallory) throw new Error('no users')
    const [session] = (await access.users.activeSessions.list(ada, { account_id })).result
    expect(Object.values(session?.metadata?.apps ?? {})).toMatchObject([{ name: 'Demo' }])
    const nonce = session?.name ?? ''
    const params = { account_id, user_id: ada }
    expect(await access.users.activeSessions.get(nonce, params)).toMatchObject({ isActive: true })
    const identity = await access.users.lastSeenIdentity.get(ada, { account_id })
    expect(identity).toMatchObject({ email: 'ada@example.com' })
    const failed = await access.users.failedLogins.list(mallory, { account_id })
    expect(failed.result).toHaveLength(1)
    const log = await access.logs.accessRequests.list({ account_id, direction: 'asc' })
    expect(log).toMatchObject([
      { user_email: 'mallory@blocked.example', allowed: false },
      { user_email: 'ada@example.com', allowed: true, ray_id: expect.any(String) },
    ])
    await access.users.delete(ada, { account_id })
    await expect(access.users.get(ada, { account_id })).rejects.toBeInstanceOf(NotFoundError)
  })
})

describe('The signing keys [K24]', () => {
  it('change with a rotation, after which the previous ones are still published', async () => {
    const kids = async () => {
      const response = await server.fetch(`${server.team}/cdn-cgi/access/certs`)
      return ((await response.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid)
    }
    const before = await kids()
    const api = cloudflare.zeroTrust.access.keys
    await api.update({ account_id, key_rotation_interval_days: 30 })
    expect(await api.rotate({ account_id })).toMatchObject({ key_rotation_interval_days: 30 })
    expect(await api.get({ account_id })).toMatchObject({ days_until_next_rotation: 30 })
    const after = await kids()
    expect(after[0]).not.toBe(before[0])
    expect(after).toContain(before[0])
  })
})

describe('A policy test [K36]', () => {
  it('reports for every user whether the policies admit them', async () => {
    const { access } = cloudflare.zeroTrust
    for (const email of ['ada@example.com', 'x@blocked.example']) {
      await access.users.create({ account_id, email })
    }
    const include = [{ email_domain: { domain: 'example.com' } }]
    const api = access.applications.policyTests
    const { id = '' } = await api.create({
      account_id,
      policies: [{ name: 'Staff', decision: 'allow', include }],
    })
    expect(await api.get(id, { account_id })).toMatchObject({ users_approved: 1, users_blocked: 1 })
    const blocked = []
    for await (const user of api.users.list(id, { account_id, status: 'fail' })) blocked.push(user)
    expect(blocked).toMatchObject([{ email: 'x@blocked.example', status: 'blocked' }])
  })
})

describe('The caller [V22, V26]', () => {
  it('can read the token, the user, accounts, memberships and zones', async () => {
    expect(await cloudflare.user.tokens.verify()).toMatchObject({ status: 'active' })
    expect(await cloudflare.user.get()).toMatchObject({ email: 'ada@example.com' })
    const lists = [cloudflare.accounts.list(), cloudflare.memberships.list()]
    for (const list of lists) {
      const all = []
      for await (const each of list) all.push(each)
      expect(all).toHaveLength(1)
    }
    expect(await cloudflare.accounts.get({ account_id })).toMatchObject({ type: 'standard' })
    const [zone] = (await cloudflare.zones.list({ name: 'app.example' })).result
    expect(zone).toMatchObject({ name: 'app.example', status: 'active' })
  })
})

function hosts(): string[] {
  return [`localhost:${server.port}`, `127.0.0.1:${server.port}`]
}
