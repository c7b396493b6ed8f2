import { beforeEach, describe, expect, it } from 'vitest'
import { ACCOUNT, api, type Item } from '../support/api'
import { Client } from '../support/client'
import { ADA, APP, application, emulator, LOGIN_TITLE, stopClock } from '../support/emulator'
import { observer } from '../support/observer'
import { NAVIGATION, Person } from '../support/person'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
const cloudflare = api(world.fetch)
const { eventsOf, events, quirk } = observer(world.fetch)
beforeEach(world.reset)

const APPS = `${ACCOUNT}/access/apps`
const POLICY = { name: 'Us', decision: 'allow', include: [{ everyone: {} }] }

describe('An infrastructure-as-code client', () => {
  // What its state has: the members that the configuration names, as the API returned them.
  const planned = {
    name: 'Planned',
    type: 'self_hosted',
    domain: 'planned.example',
    oauth_configuration: { enabled: true },
    policies: [POLICY],
  }

  it('sees no difference when it plans a second time [K38]', async () => {
    const { body } = await cloudflare.post<Item>(APPS, planned)
    const path = `${APPS}/${body.result.id}`
    const first = (await cloudflare.get(path)).body.result
    expect(first.oauth_configuration).toEqual({
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
        allowed_uris: [],
      },
    })
    await cloudflare.put(path, { ...first })
    const second = (await cloudflare.get(path)).body.result
    expect({ ...second, updated_at: '' }).toEqual({ ...first, updated_at: '' })
  })

  it.each([
    [{ access_token_lifetime: '5m' }],
    [{ session_duration: '720h' }],
    [{ access_token_lifetime: '5m', session_duration: '24h' }],
    [{}],
  ])('reads only the members of grant that were set: %j [K38]', async (grant) => {
    const { body } = await cloudflare.post<Item>(APPS, {
      ...planned,
      oauth_configuration: { enabled: true, grant },
    })
    expect(body.result.oauth_configuration).toMatchObject({ enabled: true, grant })
    expect((body.result.oauth_configuration as { grant: object }).grant).toEqual(grant)
  })

  it('keeps the policies with policies: null, and removes them without the member [K2]', async () => {
    const { body } = await cloudflare.post<Item>(APPS, planned)
    const path = `${APPS}/${body.result.id}`
    const names = async (change: object) => {
      const { policies: _, ...rest } = planned
      const { status, body } = await cloudflare.put<Item>(path, { ...rest, ...change })
      expect(status).toBe(200)
      return (body.result.policies as { id: string; name: string }[]).map(({ name }) => name)
    }
    expect(await names({ policies: null })).toEqual(['Us'])
    expect(await names({})).toEqual([])
    expect(await names({ policies: null })).toEqual([])
  })

  it('keeps reusable policies and their order with policies: null [K2]', async () => {
    const reusable = (await cloudflare.post<Item>(`${ACCOUNT}/access/policies`, POLICY)).body.result
    const own = { ...POLICY, name: 'Own', precedence: 2 }
    const { body } = await cloudflare.post<Item>(APPS, {
      ...planned,
      policies: [{ id: reusable.id, precedence: 1 }, own],
    })
    const path = `${APPS}/${body.result.id}`
    const after = (await cloudflare.put<Item>(path, { ...planned, policies: null })).body.result
    const brief = (result: Item) =>
      (result.policies as { id: string; precedence: number }[]).map(({ id, precedence }) => [
        id,
        precedence,
      ])
    expect(brief(after)).toEqual(brief(body.result))
  })
})

describe('A member that is taken and has no effect here [K44]', () => {
  it.each([
    ['the application', 'post', APPS, { name: 'x', domain: 'x.example', mfa_config: { a: 1 } }],
    [
      'the organization',
      'put',
      `${ACCOUNT}/access/organizations`,
      { mfa_piv_key_requirements: { a: 1 } },
    ],
    [
      'a policy of an application',
      'post',
      APPS,
      { name: 'x', domain: 'x.example', policies: [{ ...POLICY, approval_required: true }] },
    ],
    [
      'a reusable policy',
      'post',
      `${ACCOUNT}/access/policies`,
      { ...POLICY, isolation_required: true },
    ],
  ] as const)('is named by an event: %s', async (_, method, path, body) => {
    expect((await cloudflare[method](path, body)).body.success).toBe(true)
    expect(await events({ kind: 'members-without-effect' })).toMatchObject([
      { rule: 'K44', outcome: 'noted', why: expect.stringContaining('no effect') },
    ])
  })

  it('is named by an event: a policy at the path of its application', async () => {
    const { body } = await cloudflare.post<Item>(APPS, { name: 'x', domain: 'x.example' })
    await cloudflare.post(`${APPS}/${body.result.id}/policies`, {
      ...POLICY,
      purpose_justification_required: true,
    })
    expect(await events({ kind: 'members-without-effect' })).toMatchObject([
      { rule: 'K44', why: expect.stringContaining('purpose_justification_required') },
    ])
  })

  const ELSEWHERE = { include: [{ group: { id: '00000000-0000-4000-8000-000000000000' } }] }

  it.each([
    [
      'an application whose tag is missing',
      'post',
      APPS,
      { name: 'x', domain: 'x.example', mfa_config: { a: 1 }, tags: ['missing'] },
    ],
    [
      'the organization with another team domain',
      'put',
      `${ACCOUNT}/access/organizations`,
      { auth_domain: 'other.example', mfa_piv_key_requirements: { a: 1 } },
    ],
    [
      'a reusable policy with a missing group',
      'post',
      `${ACCOUNT}/access/policies`,
      { ...POLICY, ...ELSEWHERE, isolation_required: true },
    ],
  ] as const)('is not named if the request was refused: %s', async (_, method, path, body) => {
    expect((await cloudflare[method](path, body)).status).toBe(400)
    expect(await events({ kind: 'members-without-effect' })).toEqual([])
  })

  it('is not named if the request was refused: an application and its policy', async () => {
    const { id } = (await cloudflare.post<Item>(APPS, { name: 'x', domain: 'x.example' })).body
      .result
    const odd = { ...POLICY, ...ELSEWHERE, approval_required: true }
    const refused = [
      await cloudflare.put(`${APPS}/${id}`, { mfa_config: { a: 1 }, policies: [odd] }),
      await cloudflare.post(`${APPS}/${id}/policies`, odd),
    ]
    expect(refused.map(({ status }) => status)).toEqual([400, 400])
    expect(await events({ kind: 'members-without-effect' })).toEqual([])
  })

  it('is not named if it is off, or as it is by default', async () => {
    await cloudflare.post(APPS, {
      name: 'x',
      domain: 'x.example',
      skip_interstitial: false,
      custom_pages: [],
      eager_redirect_cookie_setting: true,
    })
    expect(await events({ kind: 'members-without-effect' })).toEqual([])
  })
})

describe('strict_service_token_auth of a new organization [K19]', () => {
  const path = `${ACCOUNT}/access/organizations`
  const young = emulator({ ORGANIZATION: { created_at: '2026-10-05T00:00:00Z' } })

  it('is on and locked', async () => {
    const own = api(young.fetch)
    const { result } = (await own.get(path)).body
    expect(result).toMatchObject({
      strict_service_token_auth: true,
      created_at: '2026-10-05T00:00:00Z',
    })
    const refused = await own.put(path, { strict_service_token_auth: false })
    expect([refused.status, refused.body.errors[0]?.message]).toEqual([
      400,
      expect.stringContaining('locked'),
    ])
    expect((await own.put(path, { strict_service_token_auth: true })).status).toBe(200)
    expect((await own.put(path, { name: 'Ours' })).body.result).toMatchObject({
      strict_service_token_auth: true,
    })
  })

  it('refuses a wrong service token with 401 instead of a redirect', async () => {
    const headers = { 'cf-access-client-id': 'x.access', 'cf-access-client-secret': 'y' }
    const off = { APPLICATIONS: [application({ oauth_configuration: undefined })] }
    const status = async (ORGANIZATION: object) =>
      (await emulator({ ...off, ORGANIZATION }).fetch(`${APP}/mcp`, { headers })).status
    expect(await status({ created_at: '2026-10-05T00:00:00Z' })).toBe(401)
    expect(await status({ created_at: '2026-10-04T00:00:00Z' })).toBe(302)
  })

  it('can be changed in an older organization', async () => {
    const { body } = await cloudflare.put(path, { strict_service_token_auth: true })
    expect(body.result).toMatchObject({ strict_service_token_auth: true })
    expect((await cloudflare.put(path, { strict_service_token_auth: false })).status).toBe(200)
  })
})

describe('Pages', () => {
  it('[A17] an unknown client is a page, before any login', async () => {
    const response = await client.authorization('made-up')
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('<h1>Unknown client ID</h1>')
  })

  it('[A16] the login page has the title of the real one, but not on the internet', async () => {
    const title = async (fetch = world.fetch, host = 'localhost:8788') => {
      const hosts = [host, '127.0.0.1:8788', '127.0.0.1']
      return (await new Person(fetch, hosts).open(`http://${host}/`)).page
    }
    const page = await title()
    expect([page?.status, page?.title]).toEqual([200, LOGIN_TITLE])
    expect(page?.html.querySelector('h1')?.text).toBe('Log in to Demo')
    const deployed = emulator({ TEAM_DOMAIN: 'team.example', EMULATOR_TOKEN: 'a-secret-of-tests' })
    const elsewhere = await new Person(deployed.fetch, ['app.example', 'team.example']).open(
      'http://app.example/',
    )
    expect(elsewhere.page?.title).toBe(`${LOGIN_TITLE} (emulator)`)
  })

  it.each([
    ['no application covers the host', 'nowhere.example', 200],
    ['an application covers the host', 'localhost', 400],
  ])('[A15] a login page without a ticket, if %s', async (_, host, status) => {
    const elsewhere = application({ name: 'Elsewhere', domain: 'elsewhere.example' })
    const own = emulator({ APPLICATIONS: [elsewhere, application({ domain: 'localhost' })] })
    const url = `http://127.0.0.1:8788/cdn-cgi/access/login/${host}`
    const response = await own.fetch(url, { headers: NAVIGATION })
    expect(response.status).toBe(status)
    expect((await eventsOf(response, 'login'))[0]?.rule).toBe(status === 200 ? 'A15' : 'A12')
  })

  it('[A15] a login page of an application that was deleted meanwhile', async () => {
    const made = { name: 'Short', domain: 'localhost/short', type: 'self_hosted' }
    const { id } = (await cloudflare.post<Item>(APPS, made)).body.result
    const login = await world.fetch(`${APP}/short`, { headers: NAVIGATION })
    await cloudflare.delete(`${APPS}/${id}`)
    const response = await world.fetch(login.headers.get('location') ?? '', { headers: NAVIGATION })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('Unable to find your Access application!')
  })
})

describe('A login after the session of a grant has ended [T17, A9]', () => {
  const authorization = async (person: Person) => {
    const { client_id } = await client.register()
    await person.open(await client.authorizationUrl(client_id))
    return person.page?.title
  }
  // The browser's session outlives the session of a grant.
  const ORGANIZATION = { session_duration: '720h' }
  const long = emulator({ ORGANIZATION })

  it('is skipped while the browser is signed in, and needed with the quirk', async () => {
    const person = new Person(long.fetch)
    expect(await authorization(person)).toBe(LOGIN_TITLE)
    await person.press(ADA.email)
    await person.press('allow')
    await world.advance('25h')
    expect(await authorization(person)).toBe('Authorize Client')
    await quirk('login-after-session')
    expect(await authorization(person)).toBe(LOGIN_TITLE)
    await person.press(ADA.email)
    expect(person.page?.title).toBe('Authorize Client')
    await person.press('allow')
    expect(person.callback?.searchParams.get('code')).toMatch(/./)
    expect(await authorization(person)).toBe('Authorize Client')
  })
})
