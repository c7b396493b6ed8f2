import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import { emulator, stopClock } from '../support/emulator'

stopClock()
const world = emulator()
const cloudflare = api(world.fetch)
beforeEach(world.reset)

type Rule = Record<string, unknown>
type Policy = Record<string, unknown> & { id: string; name: string; precedence: number }
type Place = Record<string, unknown> & { uri?: string }
type Application = Item & {
  aud: string
  domain: string
  destinations: Place[]
  self_hosted_domains: string[]
  policies: Policy[]
}

const APPS = `${ACCOUNT}/access/apps`
const POLICIES = `${ACCOUNT}/access/policies`
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const EVERYONE = { everyone: {} }
const policy = (name: string, more: Rule = {}) => ({
  name,
  decision: 'allow',
  include: [EVERYONE],
  ...more,
})
const at = (uri: string) => ({ type: 'public', uri })

async function create(members: Rule = {}): Promise<Application> {
  const { status, body } = await cloudflare.post<Application>(APPS, {
    domain: 'app.example',
    ...members,
  })
  expect([status, body.errors]).toEqual([201, []])
  return body.result
}
async function replace({ id }: { id: string }, members: object): Promise<Application> {
  const { status, body } = await cloudflare.put<Application>(`${APPS}/${id}`, members)
  expect([status, body.errors]).toEqual([200, []])
  return body.result
}
const read = async ({ id }: { id: string }) =>
  (await cloudflare.get<Application>(`${APPS}/${id}`)).body.result
const list = async (query = '') => (await cloudflare.get<Application[]>(APPS + query)).body.result
const reusable = async (name: string) =>
  (await cloudflare.post<Policy>(POLICIES, policy(name))).body.result
const dropped = async () =>
  (await world.events()).flatMap((event) => (event.kind === 'members-dropped' ? [event] : []))

describe('A new application [K1]', () => {
  it('is returned with all its members, including defaults', async () => {
    expect(await create()).toEqual({
      id: expect.stringMatching(UUID),
      aud: expect.stringMatching(/^[0-9a-f]{64}$/),
      type: 'self_hosted',
      name: 'app.example',
      domain: 'app.example',
      destinations: [{ type: 'public', uri: 'app.example' }],
      self_hosted_domains: ['app.example'],
      session_duration: '24h',
      policies: [],
      tags: [],
      allowed_idps: [],
      custom_pages: [],
      auto_redirect_to_identity: false,
      app_launcher_visible: true,
      http_only_cookie_attribute: true,
      path_cookie_attribute: false,
      enable_binding_cookie: false,
      eager_redirect_cookie_setting: true,
      options_preflight_bypass: false,
      service_auth_401_redirect: false,
      allow_authenticate_via_warp: false,
      allow_iframe: false,
      skip_interstitial: false,
      use_clientless_isolation_app_launcher_url: false,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    })
  })

  it('has no Managed OAuth until oauth_configuration is there, which then is on, with the defaults of Access [K8, K38]', async () => {
    expect(await create()).not.toHaveProperty('oauth_configuration')
    const { oauth_configuration } = await create({ domain: 'on.example', oauth_configuration: {} })
    expect(oauth_configuration).toEqual({
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
        allowed_uris: [],
      },
    })
  })

  it('can be read by its id, by its aud, and in the list', async () => {
    const created = await create()
    expect(await read(created)).toEqual(created)
    expect(await read({ id: created.aud })).toEqual(created)
    expect(await list('?name=app.example')).toEqual([created])
  })

  it('gets its id and aud from Access, whatever the request contains', async () => {
    const [seeded] = await list()
    const created = await create({ id: seeded?.id, aud: seeded?.aud })
    expect(created.id).not.toBe(seeded?.id)
    expect(created.aud).not.toBe(seeded?.aud)
  })

  it('is the same application on a zone of the account [V20]', async () => {
    const zone = `/zones/${'f'.repeat(32)}/access/apps`
    const { status, body } = await cloudflare.post<Application>(zone, { domain: 'zone.example' })
    expect(status).toBe(201)
    expect(await read(body.result)).toEqual(body.result)
  })

  it.each(['aud', 'name', 'domain'])('is found by its %s', async (member) => {
    const created = await create()
    expect(await list(`?${member}=${created[member]}`)).toEqual([created])
    expect(await list(`?${member}=nothing-like-it`)).toEqual([])
  })

  it.each([
    ['name=one', ['One', 'One more']],
    ['name=One&exact=true', ['One']],
    ['name=one&exact=true', []],
    ['domain=one.example', ['One', 'One more']],
    ['domain=one.example&exact=true', ['One']],
    ['domain=second.example', ['One more']],
    ['search=MORE', ['One more']],
    ['search=one.example', ['One', 'One more']],
  ])('is filtered: %s finds %j', async (query, names) => {
    await create({ name: 'One', domain: 'one.example' })
    const destinations = [at('more.one.example'), at('second.example')]
    await create({ name: 'One more', domain: undefined, destinations })
    expect((await list(`?${query}`)).map(({ name }) => name)).toEqual(names)
  })
})

describe('A wrong member is refused with its pointer, and nothing is stored [V3]', () => {
  const oauth = (members: Rule) => ({ oauth_configuration: members })
  const uris = (...allowed_uris: unknown[]) =>
    oauth({ dynamic_client_registration: { allowed_uris } })
  const at0 = '/oauth_configuration/dynamic_client_registration/allowed_uris/0'

  it.each<[members: Rule, pointer: string]>([
    [{ name: '' }, '/name'],
    [{ name: 'x'.repeat(351) }, '/name'],
    [{ name: 7 }, '/name'],
    [{ type: 'warp' }, '/type'],
    [{ domain: undefined }, '/domain'],
    [{ domain: 'https://app.example' }, '/domain'],
    [{ domain: 'APP.example' }, '/domain'],
    [{ domain: 'app.example?x' }, '/domain'],
    [{ domain: '' }, '/domain'],
    [{ destinations: 'app.example' }, '/destinations'],
    [{ destinations: [{ type: 'public' }] }, '/destinations/0/uri'],
    [{ destinations: [at('a.example'), at('https://b.example')] }, '/destinations/1/uri'],
    [{ destinations: [{ type: 'elsewhere' }] }, '/destinations/0/type'],
    [{ domain: undefined, destinations: [] }, '/domain'],
    [{ domain: undefined, destinations: [{ type: 'private', cidr: '10.0.0.0/8' }] }, '/domain'],
    [{ self_hosted_domains: ['a.example', 'http://b'] }, '/self_hosted_domains/1'],
    [{ session_duration: '1d' }, '/session_duration'],
    [{ session_duration: '0s' }, '/session_duration'],
    [{ session_duration: '-1h' }, '/session_duration'],
    [{ session_duration: 3600 }, '/session_duration'],
    [{ app_launcher_visible: 'yes' }, '/app_launcher_visible'],
    [{ same_site_cookie_attribute: 'always' }, '/same_site_cookie_attribute'],
    [{ custom_deny_url: 'javascript:alert(1)' }, '/custom_deny_url'],
    [{ custom_non_identity_deny_url: '/denied' }, '/custom_non_identity_deny_url'],
    [{ custom_deny_url: 'https://denied.example/\ud800' }, '/custom_deny_url'],
    [{ custom_deny_url: 'https://' }, '/custom_deny_url'],
    [
      { custom_non_identity_deny_url: 'https://denied.example/\udc00' },
      '/custom_non_identity_deny_url',
    ],
    [
      { cors_headers: { allowed_methods: ['GET', 'A\r\nB: c'] } },
      '/cors_headers/allowed_methods/1',
    ],
    [{ cors_headers: { allowed_methods: ['GET POST'] } }, '/cors_headers/allowed_methods/0'],
    [{ cors_headers: { allowed_headers: ['x\r\nB: c'] } }, '/cors_headers/allowed_headers/0'],
    [{ cors_headers: { allowed_headers: ['\u00fc'] } }, '/cors_headers/allowed_headers/0'],
    [{ cors_headers: { allowed_headers: [''] } }, '/cors_headers/allowed_headers/0'],
    [
      { cors_headers: { allowed_origins: ['https://b\u00fccher.example'] } },
      '/cors_headers/allowed_origins/0',
    ],
    [
      { cors_headers: { allowed_origins: ['https://a\r\nB: c'] } },
      '/cors_headers/allowed_origins/0',
    ],
    [{ read_service_tokens_from_header: 'two words' }, '/read_service_tokens_from_header'],
    [{ auto_redirect_to_identity: true }, '/auto_redirect_to_identity'],
    [{ allowed_idps: ['nobody'] }, '/allowed_idps/0'],
    [{ tags: ['nowhere'] }, '/tags/0'],
    [{ tags: 'blue' }, '/tags'],
    [{ cors_headers: { max_age: 86_401 } }, '/cors_headers/max_age'],
    [{ cors_headers: { max_age: -2 } }, '/cors_headers/max_age'],
    [
      { cors_headers: { allow_all_origins: true, allow_credentials: true } },
      '/cors_headers/allow_credentials',
    ],
    [
      { cors_headers: { allow_all_origins: true, allowed_origins: ['https://a.example'] } },
      '/cors_headers/allow_all_origins',
    ],
    [
      { cors_headers: { allow_all_methods: true, allowed_methods: ['GET'] } },
      '/cors_headers/allow_all_methods',
    ],
    [
      { cors_headers: { allow_all_methods: true }, options_preflight_bypass: true },
      '/options_preflight_bypass',
    ],
    [oauth({ enabled: 'yes' }), '/oauth_configuration/enabled'],
    [
      oauth({ dynamic_client_registration: { enabled: 1 } }),
      '/oauth_configuration/dynamic_client_registration/enabled',
    ],
    [
      oauth({ grant: { access_token_lifetime: '15 minutes' } }),
      '/oauth_configuration/grant/access_token_lifetime',
    ],
    [
      oauth({ grant: { access_token_lifetime: '0s' } }),
      '/oauth_configuration/grant/access_token_lifetime',
    ],
    [oauth({ grant: { session_duration: '14d' } }), '/oauth_configuration/grant/session_duration'],
    [uris('not a uri'), at0],
    [uris('//claude.ai/cb'), at0],
    [uris('javascript:alert(1)'), at0],
    [uris('https://claude.ai/*/cb'), at0],
    [uris('https://*.claude.ai/cb'), at0],
    [uris('https://claude.ai/cb#fragment'), at0],
    [uris('https://user@claude.ai/cb'), at0],
    [uris('com.example.app:/*'), at0],
    [uris(7), at0],
    [{ policies: {} }, '/policies'],
    [{ policies: ['no-such-policy'] }, '/policies/0'],
    [{ policies: [{ id: 'no-such-policy', precedence: 1 }] }, '/policies/0'],
    [{ policies: [{ id: '' }] }, '/policies/0/id'],
    [{ policies: [policy('')] }, '/policies/0/name'],
    [{ policies: [policy('x'), policy('y', { decision: 'perhaps' })] }, '/policies/1/decision'],
    [{ policies: [policy('x', { include: [] })] }, '/policies/0/include'],
    [{ policies: [policy('x', { include: undefined })] }, '/policies/0/include'],
    [{ policies: [policy('x', { precedence: 0 })] }, '/policies/0/precedence'],
    [{ policies: [policy('x', { session_duration: '1d' })] }, '/policies/0/session_duration'],
    [{ policies: [policy('x', { include: [{ nobody: {} }] })] }, '/policies/0/include/0'],
    [
      { policies: [policy('x', { require: [{ ip: { ip: 'here' } }] })] },
      '/policies/0/require/0/ip/ip',
    ],
    [
      { policies: [policy('x', { exclude: [EVERYONE, { group: { id: 'no' } }] })] },
      '/policies/0/exclude/1/group',
    ],
    [
      { policies: [policy('x', { include: [{ service_token: { token_id: 'no' } }] })] },
      '/policies/0/include/0/service_token',
    ],
    [
      { policies: [policy('x', { include: [{ login_method: { id: 'no' } }] })] },
      '/policies/0/include/0/login_method',
    ],
  ])('%j at %s', async (members, pointer) => {
    const before = await list()
    const { status, body } = await cloudflare.post(APPS, { domain: 'app.example', ...members })
    expect(status).toBe(400)
    expect(body.errors).toMatchObject([{ code: 12130, source: { pointer } }])
    expect(await list()).toEqual(before)
    const created = await create()
    const replaced = await cloudflare.put(`${APPS}/${created.id}`, {
      type: 'self_hosted',
      domain: 'app.example',
      ...members,
    })
    // A PUT that omits the domain of the application keeps it.
    if (!('domain' in members)) expect(replaced.body.errors).toEqual(body.errors)
    if (replaced.status === 400) expect(await read(created)).toEqual(created)
  })

  it('a wrong reference is reported as not found [V17]', async () => {
    for (const members of [{ tags: ['x'] }, { policies: ['x'] }, { allowed_idps: ['x'] }]) {
      const { body } = await cloudflare.post(APPS, { domain: 'app.example', ...members })
      expect(body.errors[0]?.message).toMatch(/^access\.api\.error\.invalid_request: .* not found$/)
    }
  })

  it('the refusal of the preflight bypass has the observed text [K7]', async () => {
    const members = { cors_headers: {}, options_preflight_bypass: true }
    const { body } = await cloudflare.post(APPS, { domain: 'app.example', ...members })
    expect(body.errors[0]?.message).toBe(
      'access.api.error.invalid_request: cannot turn on if cors_headers is set',
    )
  })

  it.each<[members: Rule, pointers: string[]]>([
    [{ name: '', session_duration: 'x' }, ['/name', '/session_duration']],
    [
      { policies: [policy('', { decision: 'x' })], tags: [''] },
      ['/policies/0/name', '/policies/0/decision', '/tags/0'],
    ],
  ])('each wrong member has its own pointer: %j', async (members, pointers) => {
    const { body } = await cloudflare.post(APPS, { domain: 'app.example', ...members })
    expect(body.errors.map(({ source }) => source?.pointer).sort()).toEqual(pointers.sort())
  })

  it('the pointer names the position in the request, even if the list is stored sorted', async () => {
    await cloudflare.post(`${ACCOUNT}/access/tags`, { name: 'z' })
    for (const [members, pointer] of [
      [{ tags: ['z', 'a-missing'] }, '/tags/1'],
      [
        { policies: [{ id: 'missing', precedence: 2 }, policy('x', { precedence: 1 })] },
        '/policies/0',
      ],
      [{ domain: 'free.example', destinations: [{ uri: '*' }] }, '/destinations/0'],
    ] as const) {
      const { body } = await cloudflare.post(APPS, { domain: 'app.example', ...members })
      expect(body.errors[0]?.source?.pointer).toBe(pointer)
    }
  })
})

describe('allowed_uris [K9]', () => {
  const withUris = (...allowed_uris: string[]) => ({
    domain: 'app.example',
    oauth_configuration: { dynamic_client_registration: { allowed_uris } },
  })

  it.each([
    ['https://claude.ai/api/mcp/auth_callback', true],
    ['https://chatgpt.com/connector/oauth/*', true],
    ['https://claude.ai/*', true],
    ['http://intranet.example/cb', false],
    ['http://intranet.example/*', false],
    ['http://localhost:8400/callback', false],
    ['com.example.app:/oauth/callback', false],
  ])('%s is accepted, and refused only with REDIRECT_RULES=https: %s', async (uri, isHttps) => {
    const { body } = await cloudflare.post<Application>(APPS, withUris(uri))
    expect(body.result.oauth_configuration).toMatchObject({
      dynamic_client_registration: { allowed_uris: [uri] },
    })
    await world.reset()
    const narrow = api(emulator({ REDIRECT_RULES: 'https' }).fetch)
    const { status, body: answer } = await narrow.post(APPS, withUris('https://a.example/', uri))
    expect(status).toBe(isHttps ? 201 : 400)
    const pointer = '/oauth_configuration/dynamic_client_registration/allowed_uris/1'
    expect(answer.errors).toMatchObject(isHttps ? [] : [{ code: 12130, source: { pointer } }])
  })
})

describe('domain, self_hosted_domains and destinations express the same fact [K4]', () => {
  const OTHER = { type: 'private', cidr: '10.0.0.0/8', l4_protocol: 'tcp' }

  it.each<[sent: Rule, domain: string, uris: string[]]>([
    [{ domain: 'a.example' }, 'a.example', ['a.example']],
    [
      { destinations: [at('a.example'), at('b.example/x')] },
      'a.example',
      ['a.example', 'b.example/x'],
    ],
    [{ destinations: [{ uri: 'a.example' }] }, 'a.example', ['a.example']],
    [{ self_hosted_domains: ['a.example', 'b.example'] }, 'a.example', ['a.example', 'b.example']],
    [
      { domain: 'b.example', destinations: [at('a.example'), at('b.example')] },
      'b.example',
      ['b.example', 'a.example'],
    ],
    [
      { domain: 'a.example', destinations: [at('b.example')] },
      'a.example',
      ['a.example', 'b.example'],
    ],
    [
      { destinations: [at('a.example')], self_hosted_domains: ['old.example'] },
      'a.example',
      ['a.example'],
    ],
    [
      { domain: 'a.example', self_hosted_domains: ['a.example', 'b.example'] },
      'a.example',
      ['a.example', 'b.example'],
    ],
  ])('%j covers %s, in all %j', async (sent, domain, uris) => {
    const application = await create({ domain: undefined, ...sent })
    expect(application).toMatchObject({
      domain,
      destinations: uris.map(at),
      self_hosted_domains: uris,
    })
  })

  it.each<[changes: Rule, domain: string, uris: string[]]>([
    [{ domain: 'new.example' }, 'new.example', ['new.example']],
    [
      { destinations: [at('new.example'), at('b.example')] },
      'new.example',
      ['new.example', 'b.example'],
    ],
    [{ self_hosted_domains: ['new.example'] }, 'new.example', ['new.example']],
    [{}, 'a.example', ['a.example', 'b.example']],
  ])('a PUT of %j alone changes all three', async (changes, domain, uris) => {
    const before = await create({
      destinations: [at('a.example'), at('b.example')],
      domain: undefined,
    })
    expect(await replace(before, changes)).toMatchObject({
      domain,
      destinations: uris.map(at),
      self_hosted_domains: uris,
    })
  })

  it('destinations without a public hostname are stored, but are no domains', async () => {
    const application = await create({ destinations: [OTHER, at('app.example')] })
    expect(application.destinations).toEqual([at('app.example'), OTHER])
    expect(application.self_hosted_domains).toEqual(['app.example'])
  })

  it.each([
    ['mcp', { destinations: [{ type: 'via_mcp_server_portal', mcp_server_id: 'docs' }] }],
    ['mcp_portal', {}],
    ['saas', { saas_app: { auth_type: 'oidc' } }],
  ])('an application of type %s needs no domain', async (type, members) => {
    const application = await create({ domain: undefined, type, name: 'Portal', ...members })
    expect(application).toMatchObject({ type, ...members, self_hosted_domains: [] })
  })

  it.each<[members: Rule, pointer: string]>([
    [{ domain: 'taken.example' }, '/domain'],
    [{ self_hosted_domains: ['taken.example/x'] }, '/domain'],
  ])(
    'a domain belongs to one application: %j already exists, 12136 [K6]',
    async (members, pointer) => {
      await create({
        destinations: [at('taken.example'), at('taken.example/x')],
        domain: undefined,
      })
      const { status, body } = await cloudflare.post(APPS, members)
      expect(status).toBe(400)
      expect(body.errors).toEqual([
        {
          code: 12136,
          message: 'access.api.error.application_already_exists',
          source: { pointer },
        },
      ])
    },
  )

  it('a domain belongs to one application: a further destination of another one [K37]', async () => {
    const taken = await create({ domain: 'taken.example' })
    const members = { destinations: [at('free.example'), at('taken.example')] }
    const { status, body } = await cloudflare.post(APPS, members)
    expect(status).toBe(400)
    expect(body.errors).toEqual([
      {
        code: 12130,
        message: 'access.api.error.invalid_request: destination belongs to another application',
        source: { pointer: '/destinations/1' },
      },
    ])
    expect(await read(taken)).toEqual(taken)
  })

  it('a domain belongs to one application, also if an existing application is moved', async () => {
    await create({ domain: 'taken.example' })
    const mover = await create({ domain: 'mover.example' })
    const { status } = await cloudflare.put(`${APPS}/${mover.id}`, { domain: 'taken.example' })
    expect(status).toBe(400)
    expect(await read(mover)).toEqual(mover)
  })

  it('a domain is free again once its application is deleted or moved', async () => {
    const first = await create({ domain: 'busy.example' })
    await replace(first, { domain: 'elsewhere.example' })
    const second = await create({ domain: 'busy.example' })
    expect((await cloudflare.delete(`${APPS}/${second.id}`)).status).toBe(202)
    expect((await create({ domain: 'busy.example' })).id).not.toBe(second.id)
  })

  it('a domain belongs to one application, also of two created at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => cloudflare.post(APPS, { domain: 'race.example' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(7).fill(400)])
    expect(await list('?domain=race.example')).toHaveLength(1)
  })
})

describe('The policies of an application [K12]', () => {
  it.each<[form: string, of: (id: string) => unknown]>([
    ['its id', (id) => id],
    ['its id and a precedence', (id) => ({ id, precedence: 1 })],
    ['its id as an object', (id) => ({ id })],
    [
      'the whole of it, as it is read',
      (id) => ({ ...policy('Shared'), id, precedence: 1, reusable: true, app_count: 0 }),
    ],
  ])('may be reusable, named by %s, and are returned expanded', async (_, of) => {
    const shared = await reusable('Shared')
    const { policies } = await create({ policies: [of(shared.id)] })
    expect(policies).toEqual([{ ...shared, precedence: 1, app_count: 1 }])
    expect((await cloudflare.get<Policy>(`${POLICIES}/${shared.id}`)).body.result.app_count).toBe(1)
  })

  it('may be its own, with an id from Access', async () => {
    const id = '11111111-1111-4111-8111-111111111111'
    const { policies } = await create({ policies: [policy('Own', { id })] })
    expect(policies).toMatchObject([{ name: 'Own', precedence: 1, reusable: false }])
    expect(policies[0]?.id).toMatch(UUID)
    expect(policies[0]?.id).not.toBe(id)
    expect(policies[0]).not.toHaveProperty('app_count')
    expect((await cloudflare.get(POLICIES)).body.result).toEqual([])
  })

  it('may mix all forms, in the order of their precedence', async () => {
    const [first, second] = [await reusable('First'), await reusable('Second')]
    const { policies } = await create({
      policies: [{ id: second.id, precedence: 9 }, policy('Own', { precedence: 2 }), first.id],
    })
    expect(policies.map(({ name, precedence }) => [name, precedence])).toEqual([
      ['Own', 2],
      ['First', 3],
      ['Second', 9],
    ])
  })

  it('keep their ids through a PUT that sends them back', async () => {
    const before = await create({ policies: [policy('One'), policy('Two')] })
    const [one, two] = before.policies
    const after = await replace(before, {
      policies: [{ ...two, name: 'Renamed', precedence: 3 }, one],
    })
    expect(after.policies.map(({ id, name }) => [id, name])).toEqual([
      [one?.id, 'One'],
      [two?.id, 'Renamed'],
    ])
  })

  it('must not share a precedence; the refusal has the observed text [K12]', async () => {
    const shared = await reusable('Shared')
    const own = policy('Own', { precedence: 1 })
    for (const policies of [
      [own, { ...own, name: 'Other' }],
      [own, { id: shared.id, precedence: 1 }],
    ]) {
      const { status, body } = await cloudflare.post(APPS, { domain: 'app.example', policies })
      expect(status).toBe(400)
      expect(body.errors).toEqual([
        {
          code: 12130,
          message: 'access.api.error.invalid_request: policy precedences must be unique',
          source: { pointer: '/policies/1/precedence' },
        },
      ])
    }
  })

  it('change with the reusable policy that they name', async () => {
    const shared = await reusable('Shared')
    const application = await create({ policies: [shared.id] })
    await cloudflare.put(`${POLICIES}/${shared.id}`, policy('Shared', { decision: 'deny' }))
    expect((await read(application)).policies).toMatchObject([{ name: 'Shared', decision: 'deny' }])
  })

  it('prevent the deletion of a reusable policy that they name', async () => {
    const shared = await reusable('Shared')
    const application = await create({ policies: [shared.id] })
    expect((await cloudflare.delete(`${POLICIES}/${shared.id}`)).status).toBe(400)
    await replace(application, { policies: [] })
    expect((await cloudflare.delete(`${POLICIES}/${shared.id}`)).status).toBe(202)
  })

  it.each(['allow', 'deny'])(
    'may name the token of another application with Service Auth or bypass only, not %s',
    async (decision) => {
      const { id } = await create({ type: 'saas', domain: undefined, name: 'SaaS' })
      const include = [{ linked_app_token: { app_uid: id } }]
      const linked = (each: string) => ({
        policies: [policy('Linked', { include, decision: each })],
      })
      const refused = await cloudflare.post(APPS, { domain: 'app.example', ...linked(decision) })
      expect(refused.status).toBe(400)
      expect(refused.body.errors[0]?.source?.pointer).toBe('/policies/0/include/0')
      await create(linked('non_identity'))
    },
  )

  it('refuse every later write once the application that they name is deleted', async () => {
    const linked = await create({ type: 'saas', domain: undefined, name: 'SaaS' })
    const include = [{ linked_app_token: { app_uid: linked.id } }]
    const gate = await create({ policies: [policy('L', { include, decision: 'non_identity' })] })
    expect((await cloudflare.delete(`${APPS}/${linked.id}`)).status).toBe(202)
    const { status, body } = await cloudflare.put(`${APPS}/${gate.id}`, await read(gate))
    expect(status).toBe(400)
    expect(body.errors[0]?.message).toMatch(/not found$/)
  })

  describe('The policies of an application at /policies', () => {
    const own = async () => {
      const application = await create({ policies: [policy('One', { precedence: 1 })] })
      return { application, path: `${APPS}/${application.id}/policies` }
    }

    it('are listed, and read by their ids', async () => {
      const { application, path } = await own()
      expect((await cloudflare.get(path)).body.result).toEqual(application.policies)
      const [one] = application.policies
      expect((await cloudflare.get(`${path}/${one?.id}`)).body.result).toEqual(one)
    })

    it('are added last unless a precedence is given', async () => {
      const { application, path } = await own()
      await cloudflare.post(path, policy('Five', { precedence: 5 }))
      const { status, body } = await cloudflare.post<Policy>(path, policy('Last'))
      expect([status, body.result.precedence]).toEqual([201, 6])
      const { policies } = await read(application)
      expect(policies.map(({ name }) => name)).toEqual(['One', 'Five', 'Last'])
    })

    it('keep their precedence when replaced, unless another is given', async () => {
      const { application, path } = await own()
      await cloudflare.post(path, policy('Two'))
      const [one] = application.policies
      const { status, body } = await cloudflare.put<Policy>(`${path}/${one?.id}`, policy('New'))
      expect([status, body.result]).toMatchObject([
        200,
        { id: one?.id, name: 'New', precedence: 1 },
      ])
      expect((await read(application)).policies.map(({ name }) => name)).toEqual(['New', 'Two'])
    })

    it('are deleted with 202', async () => {
      const { application, path } = await own()
      const [one] = application.policies
      const { status, body } = await cloudflare.delete(`${path}/${one?.id}`)
      expect([status, body.result]).toEqual([202, { id: one?.id }])
      expect((await read(application)).policies).toEqual([])
    })

    it('must not share a precedence', async () => {
      const { application, path } = await own()
      const { status } = await cloudflare.post(path, policy('Two', { precedence: 1 }))
      expect(status).toBe(400)
      expect(await read(application)).toEqual(application)
    })

    it('cannot be changed here if they are reusable (assumed)', async () => {
      const shared = await reusable('Shared')
      const { id } = await create({ policies: [shared.id] })
      const { status } = await cloudflare.put(`${APPS}/${id}/policies/${shared.id}`, policy('X'))
      expect(status).toBe(400)
      expect((await cloudflare.get(`${POLICIES}/${shared.id}`)).body.result).toMatchObject({
        name: 'Shared',
      })
    })
  })
})

describe('Tags [K5]', () => {
  const TAGS = `${ACCOUNT}/access/tags`
  beforeEach(async () => {
    for (const name of ['red', 'blue', 'green']) await cloudflare.post(TAGS, { name })
  })

  it('are returned sorted and without duplicates', async () => {
    const { tags } = await create({ tags: ['red', 'blue', 'red', 'green'] })
    expect(tags).toEqual(['blue', 'green', 'red'])
  })

  it('count their applications, follow a renaming, and cannot be deleted while in use', async () => {
    const application = await create({ tags: ['red'] })
    expect((await cloudflare.get(`${TAGS}/red`)).body.result).toMatchObject({ app_count: 1 })
    const { body } = await cloudflare.put(`${TAGS}/red`, { name: 'crimson' })
    expect(body.result).toMatchObject({ name: 'crimson', app_count: 1 })
    expect((await read(application)).tags).toEqual(['crimson'])
    expect((await cloudflare.delete(`${TAGS}/crimson`)).status).toBe(400)
    await replace(application, { tags: [] })
    expect((await cloudflare.delete(`${TAGS}/crimson`)).status).toBe(202)
  })

  it('have a name of their own', async () => {
    expect((await cloudflare.post(TAGS, { name: 'red' })).status).toBe(400)
    expect((await cloudflare.put(`${TAGS}/red`, { name: 'blue' })).status).toBe(400)
  })
})

describe('A PUT', () => {
  const everything = async (): Promise<Rule> => {
    await cloudflare.post(`${ACCOUNT}/access/tags`, { name: 'blue' })
    const [provider] = (await cloudflare.get<[Item]>(`${ACCOUNT}/access/identity_providers`)).body
      .result
    return {
      name: 'Everything',
      domain: 'all.example',
      destinations: [at('all.example'), at('more.example/x'), { type: 'private', hostname: 'x' }],
      session_duration: '8h',
      allowed_idps: [provider.id],
      auto_redirect_to_identity: true,
      same_site_cookie_attribute: 'strict',
      http_only_cookie_attribute: false,
      cors_headers: { allowed_origins: ['https://a.example'], allow_all_methods: true, max_age: 5 },
      oauth_configuration: {
        dynamic_client_registration: { allowed_uris: ['https://claude.ai/*'] },
        grant: { access_token_lifetime: '5m', session_duration: '336h' },
      },
      custom_deny_message: 'No',
      custom_deny_url: 'https://denied.example/',
      logo_url: 'https://logo.example/x.png',
      tags: ['blue'],
      mfa_config: { mfa_disabled: true },
      policies: [
        (await reusable('Shared')).id,
        policy('Own', {
          session_duration: null,
          approval_required: true,
          approval_groups: [{ approvals_needed: 1 }],
          require: [{ geo: { country_code: 'de' } }],
        }),
        policy('Of kinds that are kept', {
          include: [{ okta: { identity_provider_id: 'x', name: 'y' } }, { certificate: {} }],
        }),
      ],
    }
  }

  it('of the body that GET returned changes nothing but updated_at', async () => {
    const created = await create(await everything())
    await world.advance('1h')
    const echoed = await replace(created, await read(created))
    const isLater = { updated_at: expect.not.stringMatching(String(created.updated_at)) }
    expect(echoed).toEqual({
      ...created,
      ...isLater,
      policies: created.policies.map((each) =>
        each.reusable ? each : { ...each, updated_at: echoed.updated_at },
      ),
    })
    expect(await read(created)).toEqual(echoed)
    expect(await dropped()).toMatchObject([])
  })

  it('of a body that GET returned for a seeded application changes nothing but updated_at', async () => {
    const [seeded] = await list()
    if (!seeded) throw new Error('no seed')
    expect(seeded.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    const { updated_at: _, policies: __, ...rest } = seeded
    expect(await replace(seeded, seeded)).toMatchObject(rest)
    expect(await dropped()).toMatchObject([])
  })

  it('replaces the application: members left out return to their defaults, policies too', async () => {
    const created = await create(await everything())
    const { id, aud, created_at } = created
    const replaced = await replace(created, {})
    expect(replaced).toMatchObject({
      id,
      aud,
      created_at,
      session_duration: '24h',
      http_only_cookie_attribute: true,
      auto_redirect_to_identity: false,
      allowed_idps: [],
      policies: [],
      tags: [],
    })
    for (const gone of [
      ...['oauth_configuration', 'cors_headers', 'same_site_cookie_attribute', 'logo_url'],
      ...['custom_deny_message', 'custom_deny_url', 'mfa_config'],
    ]) {
      expect(replaced).not.toHaveProperty(gone)
    }
  })

  it('keeps type and domain unless they are given (assumed)', async () => {
    const created = await create({ ...(await everything()), type: 'ssh' })
    const { name, type, domain, destinations } = created
    expect(await replace(created, {})).toMatchObject({ name, type, domain, destinations })
    expect(await replace(created, { name: 'New', type: 'vnc' })).toMatchObject({
      name: 'New',
      type: 'vnc',
      domain,
      destinations,
    })
  })

  it('ignores another id in its body', async () => {
    const [one, two] = [await create(), await create({ domain: 'two.example' })]
    expect((await replace(one, { id: two.id, aud: two.aud })).id).toBe(one.id)
    expect(await read(two)).toEqual(two)
  })

  it.each(['PUT', 'DELETE'] as const)(
    'is refused for %s of an unknown application: 404',
    async (method) => {
      const before = await list()
      const path = `${APPS}/11111111-1111-4111-8111-111111111111`
      const { status, body } =
        method === 'PUT' ? await cloudflare.put(path, {}) : await cloudflare.delete(path)
      expect(status).toBe(404)
      expect(body.errors[0]?.message).toContain('unknown_application')
      expect(await list()).toEqual(before)
    },
  )
})

describe('Unknown members [K3]', () => {
  const sent = {
    domain: 'app.example',
    oauth_config: {},
    oauth_configuration: {
      enable: false,
      dynamic_client_registration: { allowed_uri: ['https://claude.ai/*'] },
      grant: { access_token_ttl: '5m' },
    },
    destinations: [{ type: 'public', uri: 'app.example', host: 'x' }],
    cors_headers: { max_ages: 1 },
    policies: [
      policy('Own', { exlude: [], include: [{ email: { email: 'a@b.example', name: 'A' } }] }),
    ],
  }
  const MEMBERS = [
    'oauth_config',
    'oauth_configuration.enable',
    'oauth_configuration.dynamic_client_registration.allowed_uri',
    'oauth_configuration.grant.access_token_ttl',
    'destinations.0.host',
    'cors_headers.max_ages',
    'policies.0.exlude',
    'policies.0.include.0.email.name',
  ]

  it('are dropped at every depth', async () => {
    const { status, body } = await cloudflare.post<Application>(APPS, sent)
    expect(status).toBe(201)
    expect(body.result).not.toHaveProperty('oauth_config')
    expect(body.result.oauth_configuration).toEqual({
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
        allowed_uris: [],
      },
      grant: {},
    })
    expect(body.result.destinations).toEqual([at('app.example')])
    expect(body.result.cors_headers).not.toHaveProperty('max_ages')
    expect(body.result.policies[0]).not.toHaveProperty('exlude')
    expect(body.result.policies[0]?.include).toEqual([{ email: { email: 'a@b.example' } }])
  })

  it('are named by an event, with their request', async () => {
    await cloudflare.post(APPS, sent)
    expect(await dropped()).toMatchObject([
      {
        kind: 'members-dropped',
        at: expect.any(String),
        method: 'POST',
        path: `/client/v4${APPS}`,
        members: expect.arrayContaining(MEMBERS),
      },
    ])
  })

  it('are not named if the request was refused for another reason', async () => {
    await cloudflare.post(APPS, { ...sent, session_duration: 'x' })
    expect(await dropped()).toMatchObject([])
  })
})

describe('Values that would break the store or its readers are refused, and nothing is stored', () => {
  const deep = (levels: number): object => (levels === 0 ? {} : { a: deep(levels - 1) })

  it.each<[string, unknown, string]>([
    ['a body that is no object', [], ''],
    ['a body that is nested too deep', { type: 'saas', saas_app: deep(60) }, ''],
    [
      'a precedence beyond counting',
      { domain: 'x.example', policies: [policy('A', { precedence: 2 ** 53 })] },
      '/policies/0/precedence',
    ],
  ])('%s', async (_, body, pointer) => {
    const refused = await cloudflare.post(APPS, body)
    expect(refused.status).toBe(400)
    expect(refused.body.errors[0]?.source?.pointer ?? '').toBe(pointer)
    expect((await cloudflare.get<Application[]>(APPS)).body.result).toHaveLength(1)
  })

  it.each(['.', '..'])('a tag %s, which cannot stand in a URL', async (name) => {
    expect((await cloudflare.post(`${ACCOUNT}/access/tags`, { name })).status).toBe(400)
  })

  it('An identity provider that a rule names cannot be deleted', async () => {
    const providers = `${ACCOUNT}/access/identity_providers`
    const { result: idp } = (await cloudflare.post(providers, { name: 'P', type: 'onetimepin' }))
      .body
    const rule = { oidc: { claim_name: 'a', claim_value: 'b', identity_provider_id: idp.id } }
    await cloudflare.post(POLICIES, policy('By claim', { include: [rule] }))
    expect((await cloudflare.delete(`${providers}/${idp.id}`)).status).toBe(400)
  })

  it('Of two simultaneous PUTs of domain and name, each keeps the change of the other', async () => {
    const application = await create({ name: 'before' })
    await Promise.all([
      replace(application, { domain: 'after.example' }),
      replace(application, { name: 'after' }),
    ])
    const { body } = await cloudflare.get<Application>(`${APPS}/${application.id}`)
    expect(body.result).toMatchObject({ domain: 'after.example', name: 'after' })
  })
})
