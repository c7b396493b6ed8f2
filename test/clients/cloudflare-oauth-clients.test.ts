import Cloudflare, { BadRequestError, NotFoundError, PermissionDeniedError } from 'cloudflare'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Server, startServer } from '../support/server'

const account_id = '023e105f4ecef8ad9ca31a8372d0c353'
const TOKENS = ['Read', 'Write'].map((verb) => ({
  name: verb,
  token: `token-to-${verb.toLowerCase()}`,
  permissions: [`OAuth Client ${verb}`],
}))
const NEW = {
  account_id,
  client_name: 'My OAuth App',
  grant_types: ['authorization_code' as const, 'refresh_token' as const],
  redirect_uris: ['https://example.com/callback'],
  response_types: ['code' as const],
  scopes: ['account-settings.read'],
  token_endpoint_auth_method: 'client_secret_post' as const,
}

let server: Server
let strict: Server
let cloudflare: Cloudflare
const clientOf = ({ app }: Server, apiToken: string) =>
  new Cloudflare({ apiToken, baseURL: `${app}/client/v4`, maxRetries: 0 })
const clients = () => cloudflare.iam.oauthClients
const create = (changes: object = {}) => clients().create({ ...NEW, ...changes })
const get = (id: string) => clients().get(id, { account_id })

beforeAll(async () => {
  ;[server, strict] = await Promise.all([
    startServer(),
    startServer(['--var', `API_TOKENS:${JSON.stringify(TOKENS)}`]),
  ])
  cloudflare = clientOf(server, 'any')
})
afterAll(() => Promise.all([server?.stop(), strict?.stop()]))
beforeEach(() => server.control('POST', 'reset'))

describe('An OAuth client [C1, C3]', () => {
  it('is created with its secret, and read without it', async () => {
    const { client_secret, ...created } = await create()
    expect(client_secret).toMatch(/^\S{20,}$/)
    expect(created).toMatchObject({
      client_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      visibility: 'private',
      client_name: 'My OAuth App',
      grant_types: NEW.grant_types,
      redirect_uris: NEW.redirect_uris,
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post',
      has_rotated_secret: false,
    })
    expect(await get(created.client_id)).toEqual(created)
    const list = []
    for await (const each of clients().list({ account_id })) list.push(each)
    expect(list).toEqual([created])
  })

  it('of the method none has no secret', async () => {
    expect(await create({ token_endpoint_auth_method: 'none' })).not.toHaveProperty('client_secret')
  })

  it('is created with 200, not 201, and deleted with its id in the response', async () => {
    const response = await clients().create(NEW).asResponse()
    expect(response.status).toBe(200)
    const { client_id } = (await create()) as { client_id: string }
    expect(await clients().delete(client_id, { account_id })).toEqual({ id: client_id })
    await expect(get(client_id)).rejects.toBeInstanceOf(NotFoundError)
  })

  it('is changed by PATCH in the named members only; PUT does not exist', async () => {
    const { client_secret: _, ...created } = await create()
    const changed = await clients().update(created.client_id, { account_id, client_name: 'Other' })
    expect(changed).toEqual({ ...created, client_name: 'Other', updated_at: changed?.updated_at })
    const path = `/accounts/${account_id}/oauth_clients/${created.client_id}`
    await expect(cloudflare.put(path, { body: NEW })).rejects.toMatchObject({
      status: 405,
      errors: [{ code: 10405 }],
    })
  })

  it('of one account does not exist in another', async () => {
    const accounts = [
      { id: 'a'.repeat(32), name: 'A' },
      { id: 'b'.repeat(32), name: 'B' },
    ]
    const two = await startServer(['--var', `ACCOUNTS:${JSON.stringify(accounts)}`])
    const both = clientOf(two, 'any').iam.oauthClients
    const { client_id } = await both.create({ ...NEW, account_id: 'a'.repeat(32) })
    const elsewhere = both.get(client_id, { account_id: 'b'.repeat(32) })
    await expect(elsewhere).rejects.toBeInstanceOf(NotFoundError)
    await two.stop()
  })
})

describe('The scopes of a client [C6-C8]', () => {
  it.each<[object, string[]]>([
    [{ scopes: ['dns.write'] }, ['dns.write', 'offline_access']],
    [{ scopes: ['dns.write'], grant_types: ['authorization_code'] }, ['dns.write']],
    [
      { scopes: ['dns.write', 'offline_access'], grant_types: ['authorization_code'] },
      ['dns.write'],
    ],
    [{ scopes: ['openid', 'dns.write'] }, ['dns.write', 'offline_access']],
    [{ response_types: ['code', 'id_token'] }, [...NEW.scopes, 'offline_access', 'openid']],
    [{ scopes: ['account.read'] }, ['account.read', 'offline_access']],
  ])('offline_access and openid follow the other members: %j has %j', async (changes, scopes) => {
    expect((await create(changes)).scopes?.toSorted()).toEqual(scopes.toSorted())
  })

  it('follow a PATCH of the grant types', async () => {
    const { client_id } = await create({ grant_types: ['authorization_code'] })
    const changed = await clients().update(client_id, {
      account_id,
      grant_types: ['authorization_code', 'refresh_token'],
    })
    expect(changed?.scopes).toContain('offline_access')
  })

  it.each<[object, string]>([
    [{ scopes: ['account:read'] }, '/scopes/0'],
    [{ scopes: ['dns.write', 'no.such'] }, '/scopes/1'],
    [{ scopes: [''] }, '/scopes/0'],
    [{ optional_scopes: ['dns.write'] }, '/optional_scopes/0'],
    [{ optional_scopes: ['offline_access'] }, '/optional_scopes/0'],
    [{ scopes: ['openid'], optional_scopes: ['openid'] }, '/optional_scopes/0'],
  ])('are refused by their member: %j at %s', async (changes, pointer) => {
    const refused = create(changes)
    await expect(refused).rejects.toBeInstanceOf(BadRequestError)
    await expect(refused).rejects.toMatchObject({ errors: [{ source: { pointer } }] })
  })

  it('are all in the catalogue, with names and categories [C15]', async () => {
    const scopes = []
    for await (const scope of cloudflare.iam.oauthScopes.list()) scopes.push(scope)
    expect(scopes.length).toBeGreaterThan(300)
    expect(scopes).toContainEqual({
      id: 'access-app.read',
      name: 'Access: Apps Read',
      category: 'cloudflare_one_and_zero_trust',
      scopes: ['com.cloudflare.api.account'],
    })
    expect(scopes.map(({ id }) => id)).not.toContain('offline_access')
  })
})

describe('The redirect URIs of a client [C13]', () => {
  it.each([
    'https://name.workers.dev/callback',
    'http://localhost:8976/oauth/callback',
    'http://127.0.0.1:8000/cb',
    'http://[::1]/cb',
  ])('may be %s', async (uri) => {
    expect((await create({ redirect_uris: [uri] })).redirect_uris).toEqual([uri])
  })

  it.each(['http://example.com/cb', 'com.example.app:/cb', 'javascript:alert(1)', '/cb', ''])(
    'may not be %j',
    async (uri) => {
      await expect(create({ redirect_uris: [uri] })).rejects.toMatchObject({
        status: 400,
        errors: [{ source: { pointer: '/redirect_uris/0' } }],
      })
    },
  )
})

describe('The secret of a client [C5]', () => {
  it('has one successor at a time, and the flag shows it', async () => {
    const { client_id, client_secret } = await create()
    const rotated = await clients().rotateSecret(client_id, { account_id })
    expect(rotated?.client_secret).not.toBe(client_secret)
    expect((await get(client_id))?.has_rotated_secret).toBe(true)
    await expect(clients().rotateSecret(client_id, { account_id })).rejects.toBeInstanceOf(
      BadRequestError,
    )
    const deleted = await clients().deleteRotatedSecret(client_id, { account_id })
    expect(deleted).toEqual({ id: client_id })
    expect((await get(client_id))?.has_rotated_secret).toBe(false)
    await expect(clients().deleteRotatedSecret(client_id, { account_id })).rejects.toBeInstanceOf(
      BadRequestError,
    )
  })

  it('cannot be rotated if the client has none', async () => {
    const { client_id } = await create({ token_endpoint_auth_method: 'none' })
    await expect(clients().rotateSecret(client_id, { account_id })).rejects.toBeInstanceOf(
      BadRequestError,
    )
  })
})

describe('A client becomes public [C9-C11]', () => {
  const WHOLE = { client_uri: 'https://example.com/app', logo_uri: 'https://example.com/logo.png' }
  const publish = (id: string) => clients().update(id, { account_id, visibility: 'public' })
  const statusOf = async (id: string) => (await get(id))?.client_uri_verification?.status
  const becomes = (id: string, status: string) =>
    vi.waitFor(async () => expect(await statusOf(id)).toBe(status), { timeout: 15_000 })
  const verify = async (id: string) => {
    const { text } = (await get(id))?.client_uri_verification ?? {}
    await server.control('PUT', 'dns', { 'example.com': ['v=spf1 -all', text] })
    await becomes(id, 'verified')
  }

  it('when the TXT record is found: pending, in progress, verified', async () => {
    const created = await create(WHOLE)
    expect(created.client_uri_verification).toEqual({
      status: 'pending',
      text: expect.stringMatching(/^cloudflare_oauth_client_publisher=[0-9a-f]{32}$/),
    })
    await becomes(created.client_id, 'in_progress')
    await verify(created.client_id)
    const published = await publish(created.client_id)
    expect(published).toMatchObject({ visibility: 'public', promoted_at: expect.any(String) })
    const private_ = clients().update(created.client_id, {
      account_id,
      visibility: 'private' as 'public',
    })
    await expect(private_).rejects.toBeInstanceOf(BadRequestError)
  })

  it('when the SDK itself creates the TXT record [V29]', async () => {
    const { client_id, client_uri_verification } = await create(WHOLE)
    const [zone] = (await cloudflare.zones.list({ name: 'example.com' })).result
    const { records } = cloudflare.dns
    const zone_id = zone?.id ?? ''
    const content = client_uri_verification?.text ?? ''
    const params = { zone_id, type: 'TXT', name: 'example.com', ttl: 300, content } as const
    const { id } = await records.create(params)
    await becomes(client_id, 'verified')
    const edited = await records.edit(id, { ...params, comment: 'verified' })
    expect(edited).toMatchObject({ id, content, comment: 'verified' })
    const found = []
    for await (const each of records.list({ zone_id, name: { exact: 'example.com' } }))
      found.push(each)
    expect(found).toEqual([await records.get(id, { zone_id })])
    expect(await records.delete(id, { zone_id })).toEqual({ id })
    await expect(records.get(id, { zone_id })).rejects.toMatchObject({ errors: [{ code: 81044 }] })
  })

  it.each<[string, object, string]>([
    ['a name', { client_name: '' }, '/client_name'],
    ['a logo', { logo_uri: undefined }, '/logo_uri'],
    ['a permission', { scopes: ['openid'] }, '/scopes'],
  ])('only with %s', async (_, changes, pointer) => {
    const { client_id } = await create({ ...WHOLE, ...changes })
    await verify(client_id)
    await expect(publish(client_id)).rejects.toMatchObject({
      status: 400,
      errors: [{ source: { pointer } }],
    })
  })

  it('only with a verified host', async () => {
    const { client_id } = await create(WHOLE)
    await expect(publish(client_id)).rejects.toBeInstanceOf(BadRequestError)
    expect((await get(client_id))?.visibility).toBe('private')
  })

  it('fails after two days without the record, and starts again with the same client_uri', async () => {
    const { client_id } = await create(WHOLE)
    await server.control('PATCH', 'clock', { advance: '47h59m' })
    await becomes(client_id, 'in_progress')
    await server.control('PATCH', 'clock', { advance: '1m' })
    await becomes(client_id, 'failed')
    const { client_uri } = WHOLE
    const restarted = await clients().update(client_id, { account_id, client_uri })
    expect(restarted?.client_uri_verification?.status).toBe('pending')
    await verify(client_id)
  })

  it('and keeps its verified domain, while the path may change', async () => {
    const { client_id } = await create(WHOLE)
    await verify(client_id)
    const path = { account_id, client_uri: 'https://example.com/other' }
    const changed = await clients().update(client_id, path)
    expect(changed?.client_uri_verification?.status).toBe('verified')
    const host = { account_id, client_uri: 'https://other.example/' }
    await expect(clients().update(client_id, host)).rejects.toBeInstanceOf(BadRequestError)
  })
})

describe('Write permission for OAuth clients does not include Read [C4]', () => {
  const as = (name: string) => clientOf(strict, `token-to-${name}`).iam.oauthClients

  it('OAuth Client Write creates and cannot list', async () => {
    await as('write').create(NEW)
    await expect(as('write').list({ account_id })).rejects.toMatchObject({
      status: 403,
      errors: [{ code: 10000 }],
    })
  })

  it('OAuth Client Read lists and cannot create', async () => {
    await as('read').list({ account_id })
    await expect(as('read').create(NEW)).rejects.toBeInstanceOf(PermissionDeniedError)
  })

  it('any token reads the catalogue', async () => {
    for (const { token } of TOKENS) {
      const page = await clientOf(strict, token).iam.oauthScopes.list()
      expect(page.result.length).toBeGreaterThan(300)
    }
  })
})
