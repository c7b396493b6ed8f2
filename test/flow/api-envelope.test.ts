import { beforeEach, describe, expect, it } from 'vitest'
import { version } from '../../package.json'
import { ACCOUNT, type ApiResponse, api, type Item } from '../support/api'
import { APP, emulator } from '../support/emulator'

const world = emulator()
const cloudflare = api(world.fetch)
beforeEach(world.reset)

const ZONE = `/zones/${'f'.repeat(32)}`
const TAGS = `${ACCOUNT}/access/tags`
const GROUPS = `${ACCOUNT}/access/groups`
const APPS = `${ACCOUNT}/access/apps`
const GROUP = { name: 'Staff', include: [{ everyone: {} }] }
const POLICY = { name: 'Staff', decision: 'allow', include: [{ everyone: {} }] }

/** A request with other headers than those of the helper. */
async function send(path: string, init: RequestInit = {}) {
  const response = await world.fetch(`${APP}/client/v4${path}`, {
    ...init,
    headers: { authorization: 'Bearer a-token', ...init.headers },
  })
  return { response, ...((await response.json()) as ApiResponse<unknown>['body']) }
}
const json = (body: string, type = 'application/json') => ({
  body,
  headers: { 'content-type': type },
})
const names = async (path: string) =>
  (await cloudflare.get<{ name: string }[]>(path)).body.result.map(({ name }) => name)

describe('The envelope [V1, V2]', () => {
  it('of one result is success, errors, messages and result', async () => {
    const { status, body } = await cloudflare.post(GROUPS, GROUP)
    expect(status).toBe(201)
    expect(body).toEqual({
      success: true,
      errors: [],
      messages: [],
      result: expect.objectContaining({ name: 'Staff' }),
    })
  })

  it('of a list has result_info too', async () => {
    await cloudflare.post(GROUPS, GROUP)
    expect((await cloudflare.get(GROUPS)).body).toEqual({
      success: true,
      errors: [],
      messages: [],
      result: [expect.objectContaining({ name: 'Staff' })],
      result_info: { page: 1, per_page: 20, count: 1, total_count: 1, total_pages: 1 },
    })
  })

  it('of a refusal has errors, with a pointer to what was wrong, and result is null', async () => {
    const { status, body } = await cloudflare.post(GROUPS, { ...GROUP, include: 'everyone' })
    expect(status).toBe(400)
    expect(body).toEqual({
      success: false,
      errors: [
        {
          code: 12130,
          message: expect.stringMatching(/^access\.api\.error\.invalid_request: include: /),
          source: { pointer: '/include' },
        },
      ],
      messages: [],
      result: null,
    })
  })

  it('of a refusal names every wrong member', async () => {
    const { body } = await cloudflare.post(GROUPS, { name: '', include: [{ nobody: {} }] })
    expect(body.errors.map(({ source }) => source?.pointer)).toEqual(['/name', '/include/0'])
  })

  it('is JSON that no cache stores, with the id of the request', async () => {
    const { response } = await send(GROUPS)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}$/)
  })
})

describe('A list [V4]', () => {
  const NAMES = ['a', 'b', 'c']
  beforeEach(async () => {
    for (const name of NAMES) await cloudflare.post(TAGS, { name })
  })

  it.each([
    ['', ['a', 'b', 'c'], { page: 1, per_page: 20, count: 3, total_count: 3, total_pages: 1 }],
    ['?per_page=2', ['a', 'b'], { page: 1, per_page: 2, count: 2, total_count: 3, total_pages: 2 }],
    [
      '?per_page=2&page=2',
      ['c'],
      { page: 2, per_page: 2, count: 1, total_count: 3, total_pages: 2 },
    ],
    ['?per_page=2&page=3', [], { page: 3, per_page: 2, count: 0, total_count: 3, total_pages: 2 }],
    ['?page=999999', [], { page: 999999, per_page: 20, count: 0, total_count: 3, total_pages: 1 }],
    [
      '?per_page=1000',
      NAMES,
      { page: 1, per_page: 1000, count: 3, total_count: 3, total_pages: 1 },
    ],
  ])('%s has %j, and is empty past its end', async (query, items, info) => {
    const { status, body } = await cloudflare.get<Item[]>(TAGS + query)
    expect([status, body.success]).toEqual([200, true])
    expect(body.result.map(({ name }) => name)).toEqual(items)
    expect(body.result_info).toEqual(info)
  })

  it('returns everything once, page by page', async () => {
    const seen: unknown[] = []
    for (let page = 1; ; page++) {
      const { result } = (await cloudflare.get<Item[]>(`${TAGS}?per_page=2&page=${page}`)).body
      if (result.length === 0) break
      seen.push(...result.map(({ name }) => name))
    }
    expect(seen).toEqual(NAMES)
  })

  it.each([
    ['page=0', '/page'],
    ['page=-1', '/page'],
    ['page=x', '/page'],
    ['page=1.5', '/page'],
    ['per_page=0', '/per_page'],
    ['per_page=-5', '/per_page'],
    ['per_page=1001', '/per_page'],
    ['per_page=all', '/per_page'],
  ])('is refused with %s', async (query, pointer) => {
    const { status, body } = await cloudflare.get(`${TAGS}?${query}`)
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ code: 12130, source: { pointer } }])
  })

  it.each(['oauth_clients', 'access/users', 'access/groups', 'access/policies', 'access/apps'])(
    'of %s ends as well',
    async (path) => {
      const { status, body } = await cloudflare.get(`${ACCOUNT}/${path}?page=50&per_page=50`)
      expect([status, body.result]).toEqual([200, []])
    },
  )

  it.each(['/oauth/scopes', `${ACCOUNT}/oauth_clients`])(
    'that the SDK requests once is complete, and still accepts page parameters: %s',
    async (path) => {
      const whole = (await cloudflare.get<Item[]>(path)).body
      expect(whole.result.length).toBe(whole.result_info?.total_count)
      expect((await cloudflare.get(`${path}?page=2&per_page=1000`)).body.result).toEqual([])
    },
  )
})

describe('Every DELETE returns a JSON envelope; a 204 would crash the SDK [V5]', () => {
  const created = async (path: string, body: unknown) =>
    (await cloudflare.post(path, body)).body.result
  const signedIn = async () => {
    await cloudflare.post(`${ACCOUNT}/access/users`, { email: 'ada@example.com', name: 'Ada' })
    return (await cloudflare.get<[Item]>(`${ACCOUNT}/access/users`)).body.result[0]
  }

  it.each<[what: string, status: number, make: () => Promise<string>]>([
    ['an application', 202, async () => one(APPS, { domain: 'delete.example' })],
    [
      'a policy of an application',
      202,
      async () => {
        const path = await one(APPS, { domain: 'delete.example' })
        return one(`${path}/policies`, POLICY)
      },
    ],
    ['a reusable policy', 202, () => one(`${ACCOUNT}/access/policies`, POLICY)],
    ['a service token', 200, () => one(`${ACCOUNT}/access/service_tokens`, { name: 'CI' })],
    [
      'an identity provider',
      202,
      () => one(`${ACCOUNT}/access/identity_providers`, { name: 'PIN', type: 'onetimepin' }),
    ],
    ['a group', 202, () => one(GROUPS, GROUP)],
    ['a user', 200, async () => `${ACCOUNT}/access/users/${(await signedIn()).id}`],
  ])('%s', async (_, expected, make) => {
    const path = await make()
    const { status, body } = await cloudflare.delete(path)
    expect(status).toBe(expected)
    expect(body).toMatchObject({
      success: true,
      errors: [],
      result: { id: path.split('/').at(-1) },
    })
    expect((await cloudflare.get(path)).status).toBe(404)
  })

  it('a tag, by its name', async () => {
    await cloudflare.post(TAGS, { name: 'blue' })
    const { status, body } = await cloudflare.delete(`${TAGS}/blue`)
    expect([status, body.result]).toEqual([202, { name: 'blue' }])
    expect(await names(TAGS)).toEqual([])
  })

  async function one(path: string, body: unknown): Promise<string> {
    return `${path}/${(await created(path, body)).id}`
  }
})

describe('A body that is left out [V6]', () => {
  it.each([
    ['revoke_tokens', 202, async () => `${APPS}/${await firstId(APPS)}/revoke_tokens`],
    ['keys/rotate', 200, async () => `${ACCOUNT}/access/keys/rotate`],
    ['service token refresh', 200, async () => `${await newToken()}/refresh`],
    ['service token rotate', 200, async () => `${await newToken()}/rotate`],
    ['policy-tests', 200, async () => `${ACCOUNT}/access/policy-tests`],
  ])('needs no content type either: %s', async (_, status, path) => {
    const { response, success } = await send(await path(), { method: 'POST' })
    expect([response.status, success]).toEqual([status, true])
  })

  it.each([
    ['service token rotate', async () => `${await newToken()}/rotate`],
    ['policy-tests', async () => `${ACCOUNT}/access/policy-tests`],
  ])('may be {}: %s', async (_, path) => {
    expect((await cloudflare.post(await path(), {})).status).toBe(200)
  })

  it('is refused if members are required', async () => {
    const { response, errors } = await send(GROUPS, { method: 'POST' })
    expect(response.status).toBe(400)
    expect(errors.map(({ source }) => source?.pointer)).toEqual(['/name', '/include'])
  })

  async function newToken(): Promise<string> {
    const path = `${ACCOUNT}/access/service_tokens`
    return `${path}/${(await cloudflare.post(path, { name: 'CI' })).body.result.id}`
  }
  async function firstId(path: string): Promise<string> {
    return (await cloudflare.get<[Item]>(path)).body.result[0].id
  }
})

describe('An id in a path is decoded once [V7]', () => {
  it.each([
    ['a/b c', 'a%2Fb%20c'],
    ['../x', '..%2Fx'],
    ['a%2Fb', 'a%252Fb'],
    ['é', '%C3%A9'],
    ['50%', '50%25'],
    ['?#', '%3F%23'],
  ])('%j is %s', async (name, encoded) => {
    await cloudflare.post(TAGS, { name })
    const { status, body } = await cloudflare.get(`${TAGS}/${encoded}`)
    expect([status, body.result?.name]).toEqual([200, name])
  })

  it.each(['..%2Fx', 'a%2Fb%20c', '%2e%2e%2fpolicies', '%00', '%E0%A4%A'])(
    '%s names no resource and no other path',
    async (id) => {
      const { status, body } = await cloudflare.get(`${APPS}/${id}`)
      expect(status).toBe(404)
      expect(body.errors).toMatchObject([
        { message: expect.stringContaining('unknown_application') },
      ])
    },
  )
})

describe('A path or method that does not exist', () => {
  it.each([
    ['/nothing', 'no path of the API'],
    ['', 'the API itself'],
    [`${ACCOUNT}/access`, 'the beginning of a path'],
    [`${ACCOUNT}/access/nothing`, 'no path of Access'],
    [`${ACCOUNT}/access/apps/`, 'a path and a slash'],
    ['/accounts/abc/access/apps', 'an account id that is too short'],
    [`/accounts/${'A'.repeat(32)}/access/apps`, 'an account id in upper case'],
    [`/accounts/${'g'.repeat(32)}/access/apps`, 'an account id that is not hexadecimal'],
    [`/accounts/${'a'.repeat(33)}/access/apps`, 'an account id that is too long'],
    ['/accounts/..%2Fuser/access/apps', 'an account id with a path in it'],
    ['/zones/abc/access/apps', 'a zone id that is too short'],
  ])('is 404 with code 7003: %s, %s [V18]', async (path) => {
    const { status, body } = await cloudflare.get(path)
    expect(status).toBe(404)
    expect(body).toEqual({
      success: false,
      errors: [
        {
          code: 7003,
          message: `Could not route to ${path}, perhaps your object identifier is invalid?`,
        },
      ],
      messages: [],
      result: null,
    })
  })

  it.each([
    ['GET', 'access/bookmarks'],
    ['POST', 'access/bookmarks/some-id'],
    ['GET', 'access/certificates'],
    ['PUT', 'access/certificates/settings'],
    ['GET', 'access/certificates/some-id'],
    ['GET', 'access/custom_pages'],
    ['DELETE', 'access/custom_pages/some-id'],
    ['POST', 'access/gateway_ca'],
    ['GET', 'infrastructure/targets'],
    ['GET', 'infrastructure/targets/some-id'],
    ['GET', 'access/saml_certificates'],
    ['POST', 'access/saml_certificates/some-id/rotate'],
    ['GET', 'access/identity_providers/some-id/saml_certificate'],
    ['GET', 'access/identity_providers/some-id/scim/users'],
    ['GET', 'access/identity_providers/some-id/scim/groups'],
    ['GET', 'access/logs/scim/updates'],
    ['PATCH', 'access/seats'],
    ['GET', 'access/idp_federation_grants'],
    ['PUT', 'access/apps/some-id/settings'],
    ['PATCH', 'access/apps/some-id/settings'],
    ['GET', 'access/apps/some-id/ca'],
  ])('is reported as left out on purpose: %s %s [V23]', async (method, path) => {
    const { response, errors } = await send(`${ACCOUNT}/${path}`, { method })
    expect(response.status).toBe(404)
    expect(errors).toMatchObject([
      { code: 7003, message: expect.stringMatching(/ is not emulated\.$/) },
    ])
  })

  it.each([
    ['certificates', ZONE, 'on a zone as on an account'],
    ['apps/some-id/settings', ZONE, 'on a zone as on an account'],
  ])('%s is reported as left out on purpose, %s [V23]', async (path, owner) => {
    const { errors } = (await cloudflare.get(`${owner}/access/${path}`)).body
    expect(errors).toMatchObject([{ code: 7003, message: expect.stringContaining('not emulated') }])
  })

  it.each<[method: string, path: string]>([
    ['PATCH', `${APPS}/some-id`],
    ['POST', `${APPS}/some-id`],
    ['DELETE', APPS],
    ['PUT', APPS],
    ['PUT', `${GROUPS}`],
    ['PATCH', `${GROUPS}/some-id`],
    ['PATCH', `${ACCOUNT}/access/policies/some-id`],
    ['GET', `${APPS}/some-id/revoke_tokens`],
    ['GET', `${ACCOUNT}/access/keys/rotate`],
    ['DELETE', `${ACCOUNT}/access/organizations`],
    ['PUT', `${ACCOUNT}/oauth_clients/some-id`],
    ['POST', '/user'],
    ['POST', `${ACCOUNT}/access/logs/access_requests`],
    ['PATCH', `${ZONE}/access/apps/some-id`],
  ])('is 405 with code 10405 if the path has no %s: %s [V15]', async (method, path) => {
    const { response, success, errors } = await send(path, { method })
    expect([response.status, success]).toEqual([405, false])
    expect(errors).toMatchObject([{ code: 10405 }])
  })

  it.each([
    [`${APPS}/some-id`, 12135, 'unknown_application'],
    [`${ACCOUNT}/access/policies/some-id`, 12135, 'not_found'],
    [`${ACCOUNT}/access/service_tokens/some-id`, 12135, 'not_found'],
    [`${ACCOUNT}/access/identity_providers/some-id`, 12135, 'not_found'],
    [`${TAGS}/some-tag`, 12135, 'not_found'],
    [`${GROUPS}/some-id`, 12152, 'not_found'],
  ])('%s is 404 with code %i [V18]', async (path, code, message) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const body = path.includes('/tags/') ? { name: 'x' } : { ...POLICY, type: 'onetimepin' }
      const init = method === 'PUT' ? json(JSON.stringify(body)) : {}
      const { response, errors } = await send(path, { method, ...init })
      expect([method, response.status]).toEqual([method, 404])
      expect(errors).toMatchObject([{ code, message: expect.stringContaining(message) }])
    }
  })
})

describe('A body that cannot be read is refused in the envelope, and changes nothing', () => {
  const VALID = JSON.stringify(GROUP)

  it.each<
    [what: string, init: { body: BodyInit; headers: Record<string, string> }, status: number]
  >([
    ['half a JSON text', json('{"name":"Staff"'), 400],
    ['no JSON', json('name=Staff'), 400],
    ['a JSON list', json(`[${VALID}]`), 400],
    ['a JSON string', json('"Staff"'), 400],
    ['null', json('null'), 400],
    ['bytes that are not UTF-8', { ...json(''), body: new Uint8Array([0x22, 0xff, 0x22]) }, 400],
    ['a form', json(VALID, 'application/x-www-form-urlencoded'), 415],
    ['plain text', json(VALID, 'text/plain'), 415],
    ['XML by its type', json(VALID, 'application/xml'), 415],
    ['a body of 2 MB', json(JSON.stringify({ ...GROUP, name: 'x'.repeat(2_000_000) })), 413],
  ])('%s', async (_, init, status) => {
    const { response, success, errors, result } = await send(GROUPS, { method: 'POST', ...init })
    expect([response.status, success, result]).toEqual([status, false, null])
    expect(errors.length).toBeGreaterThan(0)
    for (const error of errors) expect(error).toMatchObject({ code: 12130 })
    expect(await names(GROUPS)).toEqual([])
  })

  it('a list does not replace an application', async () => {
    const [before] = (await cloudflare.get<[Item]>(APPS)).body.result
    const { status } = await cloudflare.put(`${APPS}/${before.id}`, [])
    expect(status).toBe(400)
    expect((await cloudflare.get(`${APPS}/${before.id}`)).body.result).toEqual(before)
  })

  it.each(['application/json; charset=utf-8', 'Application/JSON'])(
    'the content type may be written %s',
    async (type) => {
      const { response } = await send(GROUPS, { method: 'POST', ...json(VALID, type) })
      expect(response.status).toBe(201)
    },
  )

  it('members named like those of every object are members like any other', async () => {
    const body = `{"name":"Staff","include":[{"everyone":{}}],"__proto__":{"x":1},"constructor":1}`
    const { response, result } = await send(GROUPS, { method: 'POST', ...json(body) })
    expect(response.status).toBe(201)
    expect(Object.keys(result as object)).not.toContain('constructor')
  })
})

describe('A web page (not like Cloudflare, whose API no page can read)', () => {
  const HERE = 'http://localhost:3000'
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin')

  it.each([
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:5173', 'http://127.0.0.1:5173'],
    ['http://app.localhost', 'http://app.localhost'],
    ['https://evil.example', null],
    ['http://localhost.evil.example', null],
    ['http://localhost@evil.example', null],
    ['null', null],
  ])('at %s may read responses: %s', async (origin, expected) => {
    const { response } = await send(GROUPS, { headers: { origin } })
    expect(allowed(response)).toBe(expected)
  })

  it.each([
    ['a refusal', `${APPS}/some-id`, {}],
    ['a refusal without credentials', GROUPS, { authorization: '' }],
    ['a path that does not exist', '/nothing', {}],
  ])('of this machine may read %s too', async (_, path, headers) => {
    const { response, success } = await send(path, { headers: { ...headers, origin: HERE } })
    expect([success, allowed(response)]).toEqual([false, HERE])
  })

  const preflight = (origin: string) =>
    world.fetch(`${APP}/client/v4${APPS}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'authorization,content-type,api-version,x-stainless-lang',
      },
    })

  it("of this machine may send all of it, the SDK's own headers included", async () => {
    const { status, headers } = await preflight(HERE)
    expect(status).toBe(204)
    expect(headers.get('access-control-allow-origin')).toBe(HERE)
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(headers.get('access-control-allow-methods')).toContain(method)
    }
    for (const name of ['authorization', 'content-type', 'api-version', 'x-stainless-lang']) {
      expect(headers.get('access-control-allow-headers')).toContain(name)
    }
  })

  it('of another machine may send no request', async () => {
    expect(allowed(await preflight('https://evil.example'))).toBeNull()
  })
})

type Schema = {
  required?: string[]
  properties?: Record<string, Schema>
  enum?: string[]
  type?: string
  $ref?: string
}
type Parameter = {
  name: string
  in: string
  required?: boolean
  schema: Schema & Record<string, unknown>
}
type Documented = {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { content: { 'application/json': { schema: Schema } } }
  responses: Record<string, unknown>
}
type Document = {
  openapi: string
  info: { version: string }
  servers: { url: string }[]
  paths: Record<string, Record<string, Documented>>
}

describe('The OpenAPI document', async () => {
  const response = await world.fetch(`${APP}/client/v4/openapi.json`)
  const document = (await response.json()) as Document
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, documented]) => ({ path, method, documented })),
  )
  const table = operations.map((each) => [`${each.method} ${each.path}`, each] as const)
  const address = (path: string) =>
    path.replace('{account_id}', ACCOUNT.split('/')[2] ?? '').replace(/\{\w+\}/g, 'f'.repeat(32))

  it('has the version of the package, is of OpenAPI 3.1, needs no credentials, and has the address of the server', () => {
    expect(response.status).toBe(200)
    expect(document.info.version).toBe(version)
    expect(document.openapi).toMatch(/^3\.1\.\d$/)
    expect(document.servers).toEqual([{ url: `${APP}/client/v4` }])
  })

  it('has the resources that clients need', () => {
    for (const path of [
      '/user/tokens/verify',
      '/user',
      '/accounts',
      '/memberships',
      '/zones',
      '/oauth/scopes',
      '/accounts/{account_id}/oauth_clients/{oauth_client_id}/rotate_secret',
      '/accounts/{account_id}/access/policies/{policy_id}',
      '/accounts/{account_id}/access/service_tokens/{service_token_id}/rotate',
      '/accounts/{account_id}/access/users/{user_id}/active_sessions/{nonce}',
      '/accounts/{account_id}/access/keys/rotate',
      '/accounts/{account_id}/access/logs/access_requests',
      '/accounts/{account_id}/access/tags',
    ]) {
      expect(Object.keys(document.paths)).toContain(path)
    }
    for (const owner of ['/accounts/{account_id}', '/zones/{zone_id}']) {
      for (const path of [
        'apps/{app_id}',
        'apps/{app_id}/revoke_tokens',
        'apps/{app_id}/policies/{policy_id}',
        'service_tokens',
        'organizations/revoke_user',
        'identity_providers/{identity_provider_id}',
        'groups/{group_id}',
      ]) {
        expect(Object.keys(document.paths)).toContain(`${owner}/access/${path}`)
      }
    }
  })

  it('gives every operation an id of its own', () => {
    const ids = operations.map(({ documented }) => documented.operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each(table)('has only what is there: %s', async (_, { path, method }) => {
    const body = ['post', 'put', 'patch'].includes(method) ? json('{}') : {}
    const sent = { method: method.toUpperCase(), ...body }
    // Success omits `errors` in some families [MP14].
    const { errors = [] } = await send(address(path), sent)
    const codes = errors.map(({ code }) => code)
    expect(codes).not.toContain(7003)
    expect(codes).not.toContain(10405)
    expect(codes).not.toContain(10001)
  })

  it('names every parameter of every path', () => {
    const unnamed = operations.filter(({ path, documented }) => {
      const named = documented.parameters?.filter((each) => each.in === 'path') ?? []
      const names = named.map(({ name, required }) => required && `{${name}}`)
      return names.join() !== (path.match(/\{\w+\}/g) ?? []).join()
    })
    expect(unnamed).toEqual([])
  })

  it('describes the response and the refusal of every operation', () => {
    const answers = operations.map(({ documented }) => Object.keys(documented.responses).join())
    expect(new Set(answers)).toEqual(new Set(['200,4XX', '201,4XX', '202,4XX', '204,4XX']))
  })

  const lists = table.filter(([, { documented }]) =>
    documented.parameters?.some(({ name }) => name === 'per_page'),
  )
  it.each(lists.filter(([, { path }]) => !/\{(?!account_id|zone_id)\w+\}/.test(path)))(
    'names the parameters of a list, with the bounds that it keeps: %s',
    async (_, { path, documented }) => {
      const bounds = documented.parameters?.find(({ name }) => name === 'per_page')?.schema
      const maximum = path.endsWith('/dns_records') ? 5_000_000 : 1000
      expect(bounds).toMatchObject({ minimum: 1, maximum })
      expect((await cloudflare.get(`${address(path)}?per_page=${maximum}`)).status).toBe(200)
      expect((await cloudflare.get(`${address(path)}?per_page=${maximum + 1}`)).status).toBe(400)
    },
  )

  const creations = table.filter(([, { path, method, documented }]) => {
    const schema = documented.requestBody?.content['application/json'].schema
    return method === 'post' && !/\{(?!account_id|zone_id)\w+\}/.test(path) && schema?.required
  })
  it.each(creations)('says what is needed as the API does: %s', async (_, { path, documented }) => {
    const required = documented.requestBody?.content['application/json'].schema.required ?? []
    const { status, body } = await cloudflare.post(address(path), {})
    expect(status).toBe(400)
    // Some families have `path` in place of a pointer [MP2].
    const pointers = body.errors.map(
      (error) =>
        error.source?.pointer ?? `/${(error as { path?: string[] }).path?.slice(1).join('/')}`,
    )
    expect(pointers).toEqual(required.map((name) => `/${name}`))
  })

  it('describes at least one operation', () => {
    expect(creations.map(([name]) => name)).toContain('post /accounts/{account_id}/access/groups')
    expect(lists.length).toBeGreaterThan(10)
  })

  it('lists exactly the application types that the API accepts', async () => {
    const { post } = document.paths['/accounts/{account_id}/access/apps'] ?? {}
    const types = post?.requestBody?.content['application/json'].schema.properties?.type?.enum ?? []
    expect(types).toContain('self_hosted')
    const populations = `${ACCOUNT}/access/user_populations`
    const { id } = (await cloudflare.post(populations, { name: 'Users' })).body.result
    for (const type of [...types, 'warp', 'bookmark']) {
      const domain = `${type.replace('_', '-')}.example`
      const population = type === 'end_user' && { user_populations: [id] }
      const { status } = await cloudflare.post(APPS, { type, domain, ...population })
      expect([type, status]).toEqual([type, types.includes(type) ? 201 : 400])
    }
  })
})
