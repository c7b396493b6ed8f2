import { beforeEach, describe, expect, it } from 'vitest'
import { signTicket } from '../../src/access/ticket'
import { ACCOUNT } from '../support/api'
import { Client } from '../support/client'
import { ADA, APP, application, carrying, emulator, stopClock } from '../support/emulator'
import { NAVIGATION, Person } from '../support/person'

stopClock()
const HOST = 'https://emulator.example.workers.dev'
const TOKEN = 'a-token-of-some-length'
const deployed = { TEAM_DOMAIN: 'emulator.example.workers.dev', EMULATOR_TOKEN: TOKEN }
const PROVIDER = {
  id: 'corporate',
  name: 'Corporate',
  type: 'oidc',
  config: {
    client_id: 'access',
    client_secret: 'the-secret-of-the-provider',
    auth_url: 'https://idp.example/authorize',
    token_url: 'https://idp.example/token',
    certs_url: 'https://idp.example/keys',
  },
}
const world = emulator(deployed)
const open = emulator({ TEAM_DOMAIN: deployed.TEAM_DOMAIN })
beforeEach(world.reset)

describe('Without EMULATOR_TOKEN, the refusal names the next step', () => {
  const of = async (peer?: string) => {
    const headers: Record<string, string> = peer === undefined ? {} : { 'cf-connecting-ip': peer }
    const response = await open.fetch('http://app.test:8788/_emulator/clock', { headers })
    expect(response.status).toBe(503)
    return ((await response.json()) as { error_description: string }).error_description
  }

  it.each([undefined, '127.0.0.1', '::1'])(
    'LOCAL_HOSTS, if the request comes from this machine: %s',
    async (peer) => {
      expect(await of(peer)).toContain("add it to the setting LOCAL_HOSTS: ['app.test']")
    },
  )

  it('the secret alone, if it comes from elsewhere', async () => {
    expect(await of('203.0.113.7')).toMatch(/not set. Set it with: npx wrangler secret put/)
  })
})

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
    '%s is 503 and names the setting',
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

  it.each([
    ['PUT', '/_emulator/auto-sign-in', ADA],
    ['PATCH', '/_emulator/clock', { advance: '1h' }],
    ['POST', `/client/v4${ACCOUNT}/access/tags`, { name: 'x' }],
  ])('%s %s changes nothing', async (method, path, body) => {
    const seen = async () => (await world.fetch(HOST + path, { headers: bearer })).text()
    const before = await seen()
    const response = await open.fetch(HOST + path, {
      method,
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(503)
    expect(await seen()).toBe(before)
  })

  it('the API says so in its envelope', async () => {
    const response = await open.fetch(`${HOST}/client/v4/user`, { headers: bearer })
    expect(await response.json()).toMatchObject({ success: false, result: null })
  })

  it('a cookie of the console opens nothing', async () => {
    const cookie = cookieOf(await signIn(TOKEN))
    const response = await open.fetch(`${HOST}/_emulator/clock`, { headers: { cookie } })
    expect(response.status).toBe(503)
    const person = new Person(carrying(open.fetch, { cookie }), [new URL(HOST).host])
    expect((await person.open(`${HOST}/whoami`)).page?.text).toContain('Picking a person is off')
  })

  it('Access itself works: the challenge, discovery, registration', async () => {
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
  it('requires it: 401 with a challenge for a client, the sign-in page for a browser', async () => {
    const response = await clock({})
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm=/)
    const page = await world.fetch(`${HOST}/_emulator/`, { headers: NAVIGATION })
    expect([page.status, page.headers.get('location')]).toEqual([302, '/_emulator/sign-in'])
  })

  it('accepts it, and no other token', async () => {
    expect((await clock(bearer)).status).toBe(200)
    for (const token of ['', `${TOKEN}x`, TOKEN.slice(1), TOKEN.toUpperCase()]) {
      expect((await clock({ authorization: `Bearer ${token}` }, 'PATCH')).status).toBe(401)
    }
    expect(await offset()).toBe(0)
  })

  it('accepts the cookie of the sign-in page, until a reset', async () => {
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

  it('refuses a cookie of an earlier token', async () => {
    const cookie = cookieOf(await signIn(TOKEN))
    const changed = emulator({ ...deployed, EMULATOR_TOKEN: `${TOKEN}-changed` })
    expect((await changed.fetch(`${HOST}/_emulator/clock`, { headers: { cookie } })).status).toBe(
      401,
    )
    expect((await clock({ cookie })).status).toBe(200)
  })

  it.each([
    ['another step', 'session'],
    ['the console without a person', 'control'],
  ] as const)(
    'rejects every ticket of %s, even one signed with the key of tickets',
    async (_, step) => {
      const exported = await world.fetch(`${HOST}/_emulator/state`, { headers: bearer })
      const { emulator: state } = (await exported.json()) as {
        emulator: { state: { ticketSecret: string } }
      }
      const secret = new TextEncoder().encode(state.state.ticketSecret)
      const now = Math.floor(Date.now() / 1000)
      const ticket = await signTicket(secret, step, {}, now, 3600)
      expect((await clock({ cookie: `CF_Emulator_Control=${ticket}` })).status).toBe(401)
    },
  )

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'refuses other methods at the sign-in page: %s',
    async (method) => {
      const response = await world.fetch(`${HOST}/_emulator/sign-in`, { method })
      expect(response.status).toBe(401)
    },
  )

  it('reports a wrong token, and sets no cookie', async () => {
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
  ])('refuses a change with the cookie from a page of %s (CSRF)', async (_, headers) => {
    const cookie = cookieOf(await signIn(TOKEN))
    expect((await clock({ cookie, ...headers }, 'PATCH')).status).toBe(401)
    expect(await offset()).toBe(0)
  })

  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an opaque origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['another site', { 'sec-fetch-site': 'cross-site', accept: 'text/html' }],
    ['another host of this site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' }],
  ])('cannot be read with the cookie by a page of %s', async (_, headers) => {
    const cookie = cookieOf(await signIn(TOKEN))
    expect((await clock({ cookie, ...headers })).status).not.toBe(200)
  })

  it('can be opened with the cookie by a link from anywhere, and by its own pages', async () => {
    const cookie = cookieOf(await signIn(TOKEN))
    const harmless: Record<string, string>[] = [
      { ...NAVIGATION, 'sec-fetch-site': 'cross-site' },
      { ...NAVIGATION, 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' },
      { origin: HOST },
    ]
    for (const headers of harmless) {
      expect((await clock({ cookie, ...headers })).status).toBe(200)
    }
  })

  it('refuses a sign-in by the form of another site', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      expect((await signIn(TOKEN, { origin })).status).toBe(403)
    }
  })

  it('requires no token on this machine', async () => {
    expect((await world.fetch(`${APP}/_emulator/clock`)).status).toBe(200)
  })

  it('never shows the token: not in pages, errors, the state or events', async () => {
    const shown = [await signIn('something else'), await signIn(TOKEN), await clock({})]
    for (const path of ['events', 'state', 'urls', 'faults', 'console/state', 'console/events']) {
      const response = await world.fetch(`${HOST}/_emulator/${path}`, { headers: bearer })
      expect([path, response.status]).toEqual([path, 200])
      shown.push(response)
    }
    const texts = await Promise.all(shown.map((response) => response.text()))
    expect(texts.join()).not.toContain(TOKEN)
  })
})

describe('With EMULATOR_TOKEN, the API', () => {
  const user = (headers: Record<string, string>, settings = {}) =>
    emulator({ ...deployed, ...settings }).fetch(`${HOST}/client/v4/accounts`, { headers })

  it("accepts it as an administrator's, as a bearer token or a key", async () => {
    expect((await user(bearer)).status).toBe(200)
    const key = { 'x-auth-email': 'ada@example.com', 'x-auth-key': TOKEN }
    expect((await user(key)).status).toBe(200)
  })

  it('refuses any other token, unless API_TOKENS names it', async () => {
    const other = { authorization: 'Bearer other' }
    expect((await user(other)).status).toBe(403)
    const API_TOKENS = [{ name: 'Other', token: 'other', permissions: ['Account Settings Read'] }]
    expect((await user(other, { API_TOKENS })).status).toBe(200)
    expect((await user(bearer, { API_TOKENS })).status).toBe(200)
  })
})

describe('Sign-in by picking a person, on a public host', () => {
  const client = new Client(world.fetch, HOST, HOST, '/.access')
  const loginPage = async (person: Person) => {
    const { client_id } = await client.register()
    return person.open(await client.authorizationUrl(client_id))
  }

  /** As the login page of this machine has it. */
  const idOfPicker = async () => {
    const person = await new Person(emulator().fetch).open(`${APP}/whoami`)
    const form = person.page?.html.querySelector('.person')?.closest('form')
    return form?.querySelector('input[name=idp]')?.getAttribute('value') ?? ''
  }

  it('is not offered, nor is a one-time PIN, and the page gives the reason', async () => {
    const person = await loginPage(new Person(world.fetch, [new URL(HOST).host]))
    expect(person.page?.text).toContain('Picking a person is off on this host')
    expect(person.page?.text).not.toContain('ada@example.com')
    expect(person.page?.text).not.toContain('Send me a code')
  })

  it('is refused, whatever the form contains', async () => {
    const person = await loginPage(new Person(world.fetch, [new URL(HOST).host]))
    // The page has no form; its cookie has the nonce that a form would have.
    const cookies = person.cookies(new URL(HOST).host)
    const nonce = cookies.match(/CF_Access_Login=([^;]+)/)?.[1] ?? ''
    expect(nonce).not.toBe('')
    for (const idp of ['', 'people', await idOfPicker()]) {
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

  it('is not taken by a provider that is kept and not emulated', async () => {
    const kept = { id: 'kept', name: 'Kept', type: 'github', config: {} }
    const own = emulator({ ...deployed, IDENTITY_PROVIDERS: [PROVIDER, kept] })
    const { client_id } = await new Client(own.fetch, HOST, HOST, '/.access').register()
    const { host } = new URL(HOST)
    const person = new Person(own.fetch, [host])
    await person.open(await client.authorizationUrl(client_id))
    const nonce = person.page?.html.querySelector('input[name=nonce]')?.getAttribute('value') ?? ''
    const response = await own.fetch(person.page?.url ?? '', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: person.cookies(host),
      },
      body: new URLSearchParams({ nonce, idp: kept.id, email: ADA.email }).toString(),
    })
    expect([response.status, response.headers.get('set-cookie')]).toEqual([400, null])
    expect(await response.text()).toContain('idp is not an identity provider of this application')
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

  it('is refused at the dashboard, whatever the form contains', async () => {
    const page = `${HOST}/profile/access-management/authorization`
    const own = emulator({ ...deployed, LOCAL_HOSTS: [new URL(HOST).hostname] })
    const person = await new Person(own.fetch, [new URL(HOST).host]).open(page)
    const nonce = person.page?.html.querySelector('input[name=nonce]')?.getAttribute('value') ?? ''
    const pick = (fetch: typeof own.fetch) =>
      fetch(person.page?.url ?? '', {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          cookie: person.cookies(new URL(HOST).host),
        },
        body: new URLSearchParams({ nonce, email: ADA.email }).toString(),
      })
    const refused = await pick(world.fetch)
    expect([refused.status, refused.headers.get('set-cookie')]).toEqual([403, null])
    expect((await pick(own.fetch)).headers.get('set-cookie')).toContain('CF_Dash_Session=ey')
  })

  it("is on at the dashboard for the token's holder", async () => {
    const person = new Person(world.fetch, [new URL(HOST).host])
    await person.open(`${HOST}/_emulator/sign-in`)
    await person.press('Sign in', { token: TOKEN })
    await person.open(`${HOST}/profile/access-management/authorization`)
    await person.press('ada@example.com')
    expect(person.page?.text).toContain('Connected Applications')
  })

  it('leaves OpenID Connect on, and gives no reason if PEOPLE is empty', async () => {
    const own = emulator({ ...deployed, IDENTITY_PROVIDERS: [PROVIDER] })
    const person = new Person(own.fetch, [new URL(HOST).host])
    const { client_id } = await new Client(own.fetch, HOST, HOST, '/.access').register()
    await person.open(await client.authorizationUrl(client_id))
    expect(person.page?.text).not.toContain('Picking a person')
    await person.press('Sign in with Corporate')
    expect(person.callback?.href).toContain(PROVIDER.config.auth_url)
    expect(person.callback?.searchParams.get('redirect_uri')).toBe(`${HOST}/.access/callback`)
  })

  it("leaves automatic sign-in on if the token's holder has switched it on", async () => {
    await world.fetch(`${HOST}/_emulator/auto-sign-in`, {
      method: 'PUT',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: JSON.stringify(ADA),
    })
    expect((await client.connect()).tokens.access_token).toMatch(/^oauth:/)
  })

  it('is on if LOCAL_HOSTS names the host', async () => {
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

describe("No response may be mistaken for Cloudflare's own", () => {
  it.each([
    'team.cloudflareaccess.com',
    'cloudflareaccess.com',
    'TEAM.CLOUDFLAREACCESS.COM',
    'team.cloudflareaccess.com:8443',
    'team.cloudflareaccess.com.',
    'team.cloudflareaccess.com.:8443',
    'dash.cloudflare.com',
  ])('the setting TEAM_DOMAIN refuses %s', async (TEAM_DOMAIN) => {
    const response = await emulator({ TEAM_DOMAIN }).fetch(`${APP}/`)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('not one of Cloudflare')
  })

  it.each(['dash.cloudflare.com', 'cloudflare.com', 'team.cloudflareaccess.com'])(
    'the setting DASH_DOMAIN refuses %s',
    async (DASH_DOMAIN) => {
      const response = await emulator({ DASH_DOMAIN }).fetch(`${APP}/`)
      expect(await response.text()).toContain('not one of Cloudflare')
    },
  )

  it.each(['notcloudflareaccess.com', 'cloudflareaccess.com.example', 'cloudflare.example'])(
    'both settings accept %s, which is not under it',
    async (host) => {
      const own = emulator({ TEAM_DOMAIN: host, DASH_DOMAIN: host })
      expect((await own.fetch(`${APP}/mcp`)).status).toBe(401)
    },
  )

  it('every response of the emulator has X-Emulator, and a response of the origin does not', async () => {
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

  it('refusals and unexpected errors have X-Emulator too', async () => {
    const down = () => Promise.reject(new Error('down'))
    for (const [own, url, status] of [
      [emulator({ TEAM_DOMAIN: 'dash.cloudflare.com' }), `${APP}/`, 500],
      [emulator({ EMULATOR: undefined }), `${APP}/`, 500],
      [emulator({ ORIGIN: { fetch: down }, APPLICATIONS: [] }), `${APP}/`, 502],
      [open, `${HOST}/_emulator/clock`, 503],
      [open, `${HOST}/client/v4/user`, 503],
      [world, `${HOST}/_emulator/clock`, 401],
      [world, `${HOST}/.access/nothing`, 404],
    ] as const) {
      const response = await own.fetch(url)
      expect([url, response.status]).toEqual([url, status])
      expect(response.headers.get('x-emulator')).toBe('access-oauth-emulator')
      expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}$/)
    }
  })

  it('every page states that it is an emulator', async () => {
    const response = await world.fetch(`${HOST}/_emulator/sign-in`, { headers: NAVIGATION })
    expect(await response.text()).toContain('this is not Cloudflare Access')
  })

  it('the origin receives no cookie of the console', async () => {
    const seen: (string | null)[] = []
    const ORIGIN = {
      fetch(request: Request) {
        seen.push(request.headers.get('cookie'))
        return new Response('from the origin')
      },
    }
    const cookie = cookieOf(await signIn(TOKEN))
    const own = emulator({ ...deployed, ORIGIN, APPLICATIONS: [] })
    await own.fetch(`${HOST}/`, { headers: { cookie: `${cookie}; theirs=1` } })
    expect(seen).toEqual(['theirs=1'])
  })
})
