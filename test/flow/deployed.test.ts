import { beforeEach, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, APP, application, emulator } from '../support/emulator'
import { Person } from '../support/person'

const HOST = 'https://emulator.example.workers.dev'
const TOKEN = 'a-token-of-some-length'
const NAVIGATION = {
  accept: 'text/html',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}
const deployed = { TEAM_DOMAIN: 'emulator.example.workers.dev', EMULATOR_TOKEN: TOKEN }
const world = emulator(deployed)
const open = emulator({ TEAM_DOMAIN: deployed.TEAM_DOMAIN })
beforeEach(world.reset)

const bearer = { authorization: `Bearer ${TOKEN}` }
const clock = (headers: Record<string, string>, method = 'GET') =>
  world.fetch(`${HOST}/_emulator/clock`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'PATCH' && { body: '{"advance":"1h"}' }),
  })
const signIn = (token: string, headers: Record<string, string> = { origin: HOST }) =>
  world.fetch(`${HOST}/_emulator/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams({ token }).toString(),
  })
const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? ''
const offset = async () =>
  ((await (await clock(bearer)).json()) as { offset_seconds: number }).offset_seconds

describe('On a host that is not this machine, without EMULATOR_TOKEN', () => {
  it.each(['/_emulator/events', '/_emulator/', '/client/v4/user', '/client/v4/openapi.json'])(
    '%s is 503 and says what to set',
    async (path) => {
      const response = await open.fetch(HOST + path, { headers: bearer })
      expect(response.status).toBe(503)
      expect(await response.text()).toContain('wrangler secret put EMULATOR_TOKEN')
    },
  )

  it('is a page for a browser', async () => {
    const response = await open.fetch(`${HOST}/_emulator/`, { headers: NAVIGATION })
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('wrangler secret put EMULATOR_TOKEN')
  })

  it('Access itself goes on working: the challenge, discovery, registration', async () => {
    const client = new Client(open.fetch, HOST, HOST, '/.access')
    expect((await client.request('/mcp')).status).toBe(401)
    const metadata = await open.fetch(`${HOST}/.well-known/oauth-authorization-server`)
    expect(await metadata.json()).toMatchObject({
      issuer: HOST,
      token_endpoint: `${HOST}/.access/oauth/token`,
    })
    expect((await client.registration()).status).toBe(201)
  })
})

describe('With EMULATOR_TOKEN, the control', () => {
  it('needs it: 401 with a challenge for a client, the sign-in page for a browser', async () => {
    const response = await clock({})
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/)
    const page = await world.fetch(`${HOST}/_emulator/`, { headers: NAVIGATION })
    expect([page.status, page.headers.get('location')]).toEqual([302, '/_emulator/sign-in'])
  })

  it('opens with it, and with no other', async () => {
    expect((await clock(bearer)).status).toBe(200)
    for (const token of ['', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
      expect((await clock({ authorization: `Bearer ${token}` }, 'PATCH')).status).toBe(401)
    }
    expect(await offset()).toBe(0)
  })

  it('opens with the cookie of the sign-in page, until a reset', async () => {
    const response = await signIn(TOKEN)
    expect([response.status, response.headers.get('location')]).toEqual([303, '/_emulator/'])
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly; Secure; SameSite=Lax/)
    const cookie = cookieOf(response)
    expect((await clock({ cookie })).status).toBe(200)
    expect((await clock({ cookie, origin: HOST }, 'PATCH')).status).toBe(200)
    expect(await offset()).toBe(3600)
    await clock({ cookie, origin: HOST }, 'PATCH')
    for (let hours = 0; hours < 24; hours++) await world.advance('1h')
    expect((await clock({ cookie })).status).toBe(200)
    await world.reset()
    expect((await clock({ cookie })).status).toBe(401)
  })

  it('says so where the token is wrong, and gives no cookie', async () => {
    const response = await signIn('something else')
    expect(response.status).toBe(403)
    expect(await response.text()).toContain('That is not the token.')
    expect(response.headers.get('set-cookie')).toBeNull()
  })

  it.each([
    ['no origin', {}],
    ['another origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
  ])('takes no change with the cookie from a page of %s (CSRF)', async (_, headers) => {
    const cookie = cookieOf(await signIn(TOKEN))
    expect((await clock({ cookie, ...headers }, 'PATCH')).status).toBe(401)
    expect(await offset()).toBe(0)
  })

  it('signs nobody in by the form of another site', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      expect((await signIn(TOKEN, { origin })).status).toBe(403)
    }
  })

  it('needs nothing on this machine', async () => {
    expect((await world.fetch(`${APP}/_emulator/clock`)).status).toBe(200)
  })

  it('never shows the token: not in pages, errors, the state or events', async () => {
    await signIn('something else')
    await signIn(TOKEN)
    await clock({})
    for (const path of ['events', 'state', 'urls', 'faults']) {
      const response = await world.fetch(`${HOST}/_emulator/${path}`, { headers: bearer })
      expect(await response.text()).not.toContain(TOKEN)
    }
  })
})

describe('With EMULATOR_TOKEN, the API', () => {
  const user = (headers: Record<string, string>, settings = {}) =>
    emulator({ ...deployed, ...settings }).fetch(`${HOST}/client/v4/accounts`, { headers })

  it('takes it as an administrator, as a bearer token or a key', async () => {
    expect((await user(bearer)).status).toBe(200)
    const key = { 'x-auth-email': 'ada@example.com', 'x-auth-key': TOKEN }
    expect((await user(key)).status).toBe(200)
  })

  it('takes no other token, unless API_TOKENS names it', async () => {
    const other = { authorization: 'Bearer other' }
    expect((await user(other)).status).toBe(403)
    const API_TOKENS = [{ name: 'Other', token: 'other', permissions: ['Account Settings Read'] }]
    expect((await user(other, { API_TOKENS })).status).toBe(200)
    expect((await user(bearer, { API_TOKENS })).status).toBe(200)
  })
})

describe('Sign-in by picking a person, on a host for everybody', () => {
  const client = new Client(world.fetch, HOST, HOST, '/.access')
  const loginPage = async (person: Person) => {
    const { client_id } = await client.register()
    return person.open(await client.authorizationUrl(client_id))
  }

  it('is not offered, and the page says why; a one-time PIN is', async () => {
    const person = await loginPage(new Person(world.fetch, [new URL(HOST).host]))
    expect(person.page?.text).toContain('Picking a person is off on this host')
    expect(person.page?.text).not.toContain('ada@example.com')
    expect(person.page?.text).toContain('Send me a code')
  })

  it('is not taken either, whatever the form says', async () => {
    const person = await loginPage(new Person(world.fetch, [new URL(HOST).host]))
    const nonce = person.page?.html.querySelector('input[name=nonce]')?.getAttribute('value') ?? ''
    for (const idp of ['', 'cloudflare', 'people']) {
      const response = await world.fetch(person.page?.url ?? '', {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: person.cookies(new URL(HOST).host),
        },
        body: new URLSearchParams({ nonce, ...(idp && { idp }), email: ADA.email }).toString(),
      })
      expect(response.headers.get('set-cookie') ?? '').not.toContain('CF_Access_Session=ey')
      expect(response.headers.get('location') ?? '').not.toContain('/oauth/consent')
    }
  })

  it("is offered to the token's holder, after the console's sign-in page", async () => {
    const person = new Person(world.fetch, [new URL(HOST).host])
    await person.open(`${HOST}/_emulator/sign-in`)
    await person.press('Sign in', { token: TOKEN })
    await loginPage(person)
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('Authorize Client')
  })

  it('is off at the dashboard too', async () => {
    const response = await world.fetch(`${HOST}/profile/access-management/authorization`, {
      headers: NAVIGATION,
    })
    const page = await world.fetch(response.headers.get('location') ?? '', { headers: NAVIGATION })
    expect(page.status).toBe(403)
    expect(await page.text()).toContain('Picking a person is off on this host')
  })

  it('is on where LOCAL_HOSTS says that the host is this machine', async () => {
    const LOCAL_HOSTS = [new URL(HOST).hostname]
    const own = emulator({ ...deployed, LOCAL_HOSTS })
    const person = new Person(own.fetch, [new URL(HOST).host])
    const { client_id } = await new Client(own.fetch, HOST, HOST, '/.access').register()
    await person.open(await client.authorizationUrl(client_id))
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('Authorize Client')
    expect((await own.fetch(`${HOST}/_emulator/clock`)).status).toBe(200)
  })
})

describe('Nobody takes it for Cloudflare', () => {
  it.each([
    'team.cloudflareaccess.com',
    'cloudflareaccess.com',
    'TEAM.CLOUDFLAREACCESS.COM',
    'team.cloudflareaccess.com:443',
    'dash.cloudflare.com',
  ])('the setting TEAM_DOMAIN refuses %s', async (TEAM_DOMAIN) => {
    const response = await emulator({ TEAM_DOMAIN }).fetch(`${APP}/`)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('this is not Cloudflare')
  })

  it('the setting DASH_DOMAIN refuses dash.cloudflare.com', async () => {
    const response = await emulator({ DASH_DOMAIN: 'dash.cloudflare.com' }).fetch(`${APP}/`)
    expect(await response.text()).toContain('this is not Cloudflare')
  })

  it('every answer of its own says X-Emulator, and an answer of the origin does not', async () => {
    const ORIGIN = { fetch: () => new Response('from the origin') }
    const own = emulator({ ORIGIN, APPLICATIONS: [application()] })
    await own.signIn(ADA)
    const client = new Client(own.fetch)
    const { tokens } = await client.connect()
    const said = async (url: string, headers = {}) =>
      (await own.fetch(url, { headers })).headers.get('x-emulator')
    for (const path of ['/mcp', '/.well-known/oauth-protected-resource', '/client/v4/user']) {
      expect(await said(APP + path)).toBe('access-oauth-emulator')
    }
    expect(await said(APP, { authorization: `Bearer ${tokens.access_token}` })).toBeNull()
  })

  it('every page says that it is an emulator', async () => {
    const response = await world.fetch(`${HOST}/_emulator/sign-in`, { headers: NAVIGATION })
    expect(await response.text()).toContain('this is not Cloudflare Access')
  })

  it('EMULATOR_TOKEN is no short word, and the error does not repeat it', async () => {
    const response = await emulator({ EMULATOR_TOKEN: 'short-secret' }).fetch(`${APP}/`)
    const text = await response.text()
    expect(text).toContain('EMULATOR_TOKEN')
    expect(text).not.toContain('short-secret')
  })
})
