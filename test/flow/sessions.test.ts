import { decodeJwt } from 'jose'
import type { HTMLElement } from 'node-html-parser'
import { beforeEach, describe, expect, it } from 'vitest'
import { bearer, Client, type Tokens, tokensOf } from '../support/client'
import {
  ADA,
  APP,
  application,
  carrying,
  emulator,
  LOGIN_TITLE,
  stopClock,
  TEAM,
} from '../support/emulator'
import { Person } from '../support/person'
import { ALLOW, cookieOf, credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

stopClock()
const OTHER = 'http://other.example:8788'
const HOSTS = ['localhost:8788', '127.0.0.1:8788', 'other.example:8788']
const ACCOUNT = {
  APPLICATIONS: [
    application({ domain: 'localhost', policies: [ALLOW, SERVICE_AUTH] }),
    application({ name: 'Other', domain: 'other.example' }),
  ],
  SERVICE_TOKENS: [serviceToken()],
}
const world = emulator(ACCOUNT)
const strict = emulator({ ...ACCOUNT, REVOCATION: 'strict' })
const client = new Client(world.fetch)
beforeEach(world.reset)

/** A person who has logged in to the first application. */
async function loggedIn(email = 'ada@example.com', fetch = world.fetch): Promise<Person> {
  const person = await new Person(fetch, HOSTS).open(`${APP}/whoami`)
  await person.press('Log in', { email })
  expect(person.page).toMatchObject({ status: 200, url: `${APP}/whoami` })
  return person
}

/** The cookies that a person's browser sends to an application, for a copy of it elsewhere. */
const cookies = (person: Person, app = APP) => ({ cookie: person.cookies(new URL(app).host) })
const status = async (headers: Record<string, string>, app = APP) =>
  (await world.fetch(`${app}/whoami`, { headers })).status

/** A client that a person has authorized, without a page. */
async function connected(email = 'ada@example.com', app = APP) {
  await world.signIn({ email })
  const connection = await new Client(world.fetch, app).connect()
  await world.signIn(null)
  return connection
}

const linkOf = (link: HTMLElement) => [link.text, link.getAttribute('href')]

describe('get-identity', () => {
  const identity = async (url: string, headers: Record<string, string> = {}) => {
    const response = await world.fetch(`${url}/cdn-cgi/access/get-identity`, { headers })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const token = (person: Person) =>
    decodeJwt(person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? '')

  it("returns the identity of the application's cookie, with every member [K26]", async () => {
    const from = { 'cf-connecting-ip': '203.0.113.7', 'cf-ipcountry': 'DE' }
    const person = await loggedIn('ada@example.com', carrying(world.fetch, from))
    const { status, body } = await identity(APP, { ...cookies(person), ...from })
    expect(status).toBe(200)
    expect(body).toEqual({
      email: 'ada@example.com',
      name: 'Ada',
      user_uuid: token(person).sub,
      account_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      iat: token(person).iat,
      ip: '203.0.113.7',
      idp: { id: expect.any(String), type: expect.any(String) },
      geo: { country: 'DE' },
      groups: [{ id: expect.any(String), name: 'engineering' }],
      amr: [],
      auth_status: 'NONE',
      common_name: '',
      service_token_id: '',
      service_token_status: false,
      is_warp: false,
      is_gateway: false,
      mtls_auth: {
        cert_issuer_ski: '',
        cert_presented: false,
        cert_serial: '',
        cert_issuer_dn: '',
        auth_status: 'NONE',
      },
      version: 2,
      device_sessions: {},
      devicePosture: {},
    })
  })

  it('returns the same for the cookie of the team domain', async () => {
    const person = await loggedIn()
    const [app, team] = [
      await identity(APP, cookies(person)),
      await identity(TEAM, cookies(person, TEAM)),
    ]
    expect(app.status).toBe(200)
    expect(team).toEqual(app)
  })

  it.each([APP, TEAM])('is not cached at %s', async (host) => {
    const headers = cookies(await loggedIn(), host)
    const response = await world.fetch(`${host}/cdn-cgi/access/get-identity`, { headers })
    expect(response.headers.get('cache-control')).toBe('no-store')
  })

  it('returns neither name nor groups for a person who is not in the seed', async () => {
    const { body } = await identity(APP, cookies(await loggedIn('nobody@example.com')))
    expect(body).toMatchObject({ email: 'nobody@example.com', name: '', groups: [] })
  })

  it.each([
    ['no cookie', APP, {}],
    ['no cookie, at the team domain', TEAM, {}],
    ['a made-up cookie', APP, { cookie: 'CF_Authorization=a.b.c' }],
    ['a made-up cookie, at the team domain', TEAM, { cookie: 'CF_Access_Session=a.b.c' }],
  ])('refuses %s', async (_, url, headers) => {
    const { status, body } = await identity(url, headers)
    expect(status).toBe(400)
    expect(body).not.toHaveProperty('email')
  })

  it('refuses the cookie of another application', async () => {
    expect((await identity(OTHER, cookies(await loggedIn()))).status).toBe(400)
  })

  it('refuses an expired cookie', async () => {
    const person = await loggedIn()
    await world.advance('24h')
    expect((await identity(APP, cookies(person))).status).toBe(400)
  })

  it("is served on the host of an application at a path, whose cookie is the host's", async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ domain: 'localhost/whoami' })] })
    const person = await loggedIn('ada@example.com', fetch)
    const response = await fetch(`${APP}/cdn-cgi/access/get-identity`, { headers: cookies(person) })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ email: 'ada@example.com' })
  })
})

describe('Logging out of an application', () => {
  const logout = (person: Person, app = APP) => person.open(`${app}/cdn-cgi/access/logout`)

  it('confirms the logout, and deletes the cookie', async () => {
    const person = await loggedIn()
    const response = await world.fetch(`${APP}/cdn-cgi/access/logout`, { headers: cookies(person) })
    expect(response.status).toBe(200)
    expect(response.headers.get('set-cookie')).toBe(
      'CF_Authorization=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; HttpOnly',
    )
  })

  it('links to the application of that host', async () => {
    const person = await loggedIn()
    await logout(person)
    expect(person.page?.html.querySelectorAll('main a').map(linkOf)).toEqual([
      ['Open Demo', `${APP}/`],
    ])
  })

  it.each([
    ['cookie', (token: string) => ({ cookie: `CF_Authorization=${token}` })],
    ['header', (token: string) => ({ 'cf-access-token': token })],
  ])('invalidates copies of its token too, as a %s', async (_, credential) => {
    const person = await loggedIn()
    const token = person.cookies('localhost').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
    expect(await status(credential(token))).toBe(200)
    await logout(person)
    expect(await status(credential(token))).toBe(401)
  })

  it("ends the person's sessions with all other applications (session management)", async () => {
    const [ada, grace] = [await loggedIn(), await loggedIn('grace@example.com')]
    await ada.open(`${OTHER}/whoami`)
    await logout(ada)
    expect(await status(cookies(ada, OTHER), OTHER)).toBe(401)
    expect(await status(cookies(grace))).toBe(200)
  })

  it('requires a login at the next visit', async () => {
    const person = await loggedIn()
    await logout(person)
    await person.open(`${APP}/whoami`)
    expect(person.page?.title).toBe(LOGIN_TITLE)
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, url: `${APP}/whoami` })
  })

  it('does not end grants of Managed OAuth', async () => {
    const { clientId, tokens } = await connected()
    await logout(await loggedIn())
    expect(await status(bearer(tokens.access_token))).toBe(200)
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('succeeds without a session', async () => {
    expect((await logout(new Person(world.fetch))).page?.status).toBe(200)
  })

  it('works on the host of an application at a path', async () => {
    const { fetch } = emulator({ APPLICATIONS: [application({ domain: 'localhost/whoami' })] })
    const person = await loggedIn('ada@example.com', fetch)
    const headers = cookies(person)
    const response = await fetch(`${APP}/cdn-cgi/access/logout`, { headers })
    expect(cookieOf(response)).toBeUndefined()
    expect(response.headers.get('set-cookie')).toMatch(/^CF_Authorization=; Path=\/; Expires=/)
    expect((await fetch(`${APP}/whoami`, { headers })).status).toBe(401)
  })
})

describe('Logging out of the team domain', () => {
  const logout = (person: Person) => person.open(`${TEAM}/cdn-cgi/access/logout`)

  it('ends the session with every application, copies of cookies included', async () => {
    const person = await loggedIn()
    await person.open(`${OTHER}/whoami`)
    const copies = [cookies(person), cookies(person, OTHER)] as const
    await logout(person)
    expect(await status(copies[0])).toBe(401)
    expect(await status(copies[1], OTHER)).toBe(401)
  })

  it('ends the session at the team domain, a copy of its cookie included', async () => {
    const person = await loggedIn()
    const copy = cookies(person, TEAM)
    await logout(person)
    const identity = await world.fetch(`${TEAM}/cdn-cgi/access/get-identity`, { headers: copy })
    expect(identity.status).toBe(400)
    await person.open(`${APP}/whoami`)
    expect(person.page?.title).toBe(LOGIN_TITLE)
  })

  it('deletes the cookie of the team domain', async () => {
    const person = await loggedIn()
    await logout(person)
    expect(person.cookies('127.0.0.1')).toMatch(/CF_Access_Session=(;|$)/)
  })

  it('succeeds without a session', async () => {
    expect((await logout(new Person(world.fetch))).page?.status).toBe(200)
  })

  it('links to every application', async () => {
    const person = await loggedIn()
    await logout(person)
    expect(person.page?.html.querySelectorAll('main a').map(linkOf)).toEqual([
      ['Open Demo', `${APP}/`],
      ['Open Other', `${OTHER}/`],
    ])
  })

  it('lets the person log in again, in the same second', async () => {
    const person = await loggedIn()
    await logout(person)
    await (await person.open(`${APP}/whoami`)).press('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, url: `${APP}/whoami` })
  })

  it('does not affect other persons, or other browsers of the same person', async () => {
    const [here, there] = [await loggedIn(), await loggedIn()]
    const grace = await loggedIn('grace@example.com')
    await logout(here)
    expect(await status(cookies(there))).toBe(200)
    expect(await status(cookies(grace))).toBe(200)
  })

  it('does not end grants of Managed OAuth, not even of the same session', async () => {
    const person = await loggedIn()
    const { client_id } = await client.register()
    await (await person.open(await client.authorizationUrl(client_id))).press('allow')
    const code = person.callback?.searchParams.get('code') ?? ''
    const tokens = await tokensOf(client.exchange(client_id, code))
    await logout(person)
    expect(await status(bearer(tokens.access_token))).toBe(200)
    expect((await client.refresh(client_id, tokens.refresh_token)).status).toBe(200)
  })
})

describe('The cookie of a browser login', () => {
  /** The `Set-Cookie` at the end of a login to a page. */
  const setCookie = async (changes: Record<string, unknown>, page: string) => {
    const { fetch, signIn } = emulator({ APPLICATIONS: [application(changes)] })
    await signIn(ADA)
    const asked = await fetch(page, { headers: { accept: 'text/html' } })
    const login = await fetch(asked.headers.get('location') ?? '')
    const cookie = asked.headers.get('set-cookie')?.split(';')[0] ?? ''
    const end = await fetch(login.headers.get('location') ?? '', { headers: { cookie } })
    expect(end.headers.get('location')).toBe(page)
    return end.headers.get('set-cookie')?.replace(/=[\w-]+\.[\w-]+\.[\w-]+;/, '=<token>;')
  }
  const HTTPS = 'https://app.example/whoami'

  it.each<[reason: string, changes: Record<string, unknown>, page: string, attributes: string]>([
    ['by default', {}, HTTPS, 'Path=/; Secure; HttpOnly'],
    ['over plain http', {}, `${APP}/whoami`, 'Path=/; HttpOnly'],
    [
      'http_only_cookie_attribute: false',
      { http_only_cookie_attribute: false },
      HTTPS,
      'Path=/; Secure',
    ],
    [
      'http_only_cookie_attribute: true',
      { http_only_cookie_attribute: true },
      HTTPS,
      'Path=/; Secure; HttpOnly',
    ],
    [
      'same_site_cookie_attribute: none',
      { same_site_cookie_attribute: 'none' },
      HTTPS,
      'Path=/; Secure; HttpOnly; SameSite=None',
    ],
    [
      'same_site_cookie_attribute: lax',
      { same_site_cookie_attribute: 'lax' },
      HTTPS,
      'Path=/; Secure; HttpOnly; SameSite=Lax',
    ],
    [
      'same_site_cookie_attribute: strict',
      { same_site_cookie_attribute: 'strict' },
      HTTPS,
      'Path=/; Secure; HttpOnly; SameSite=Strict',
    ],
    [
      'path_cookie_attribute of an application at a path',
      { path_cookie_attribute: true, domain: 'app.example/whoami' },
      HTTPS,
      'Path=/whoami; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute, and a page below the path',
      { path_cookie_attribute: true, domain: 'app.example/whoami' },
      `${HTTPS}/deeper`,
      'Path=/whoami; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute, without a part that would be an attribute (RFC 6265 4.1.1)',
      {
        path_cookie_attribute: true,
        domain: 'app.example/whoami;SameSite=None;Domain=evil.example',
      },
      `${HTTPS};SameSite=None;Domain=evil.example`,
      'Path=/; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute, of a folder above it (RFC 6265 5.1.4)',
      { path_cookie_attribute: true, domain: 'app.example/whoami/a;Domain=evil.example/b;c' },
      `${HTTPS}/a;Domain=evil.example/b;c`,
      'Path=/whoami; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute: false',
      { path_cookie_attribute: false, domain: 'app.example/whoami' },
      HTTPS,
      'Path=/; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute of an application at a host',
      { path_cookie_attribute: true, domain: 'app.example' },
      HTTPS,
      'Path=/; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute, at a destination with another path',
      {
        path_cookie_attribute: true,
        domain: 'first.example/mcp',
        destinations: [{ uri: 'app.example/whoami' }],
      },
      HTTPS,
      'Path=/whoami; Secure; HttpOnly',
    ],
    [
      'path_cookie_attribute, at a destination without a path',
      {
        path_cookie_attribute: true,
        domain: 'first.example/mcp',
        destinations: [{ uri: 'app.example' }],
      },
      HTTPS,
      'Path=/; Secure; HttpOnly',
    ],
  ])(
    'has the attributes that the application configures: %s',
    async (_, changes, page, attributes) => {
      expect(await setCookie(changes, page)).toBe(`CF_Authorization=<token>; ${attributes}`)
    },
  )

  it('is found beside the cookie of another application, as browsers send one for each path', async () => {
    const person = await loggedIn()
    await person.open(`${OTHER}/whoami`)
    const [own, other] = [cookies(person).cookie, cookies(person, OTHER).cookie]
    for (const cookie of [`${other}; ${own}`, `${own}; ${other}`]) {
      expect(await status({ cookie })).toBe(200)
    }
  })

  it('is deleted by a logout at its path, even if it is not sent with the request', async () => {
    const kept = { domain: 'localhost/whoami', path_cookie_attribute: true }
    const { fetch } = emulator({ APPLICATIONS: [application(kept)] })
    const response = await fetch(`${APP}/cdn-cgi/access/logout`)
    expect(response.headers.get('set-cookie')).toMatch(
      /^CF_Authorization=; Path=\/whoami; Expires=/,
    )
  })

  it('is deleted at the path of every application of the host', async () => {
    const paths = ['/whoami', '/mcp']
    const { fetch } = emulator({
      APPLICATIONS: paths.map((path) =>
        application({ name: path, domain: `localhost${path}`, path_cookie_attribute: true }),
      ),
    })
    const response = await fetch(`${APP}/cdn-cgi/access/logout`)
    expect(response.headers.getSetCookie()).toEqual(
      paths.map((path) => expect.stringContaining(`CF_Authorization=; Path=${path}; Expires=`)),
    )
  })

  it('is Secure with SameSite=None even over plain http, since browsers require it', async () => {
    const none = { domain: 'localhost', same_site_cookie_attribute: 'none' }
    const { fetch } = emulator({ APPLICATIONS: [application(none)] })
    const response = await fetch(`${APP}/cdn-cgi/access/logout`)
    expect(response.headers.get('set-cookie')).toMatch(/; Secure; HttpOnly; SameSite=None$/)
  })

  it('is deleted by a logout with the same attributes', async () => {
    const { fetch } = emulator({
      APPLICATIONS: [application({ domain: 'localhost', same_site_cookie_attribute: 'lax' })],
    })
    const person = await loggedIn('ada@example.com', fetch)
    const response = await fetch(`${APP}/cdn-cgi/access/logout`, { headers: cookies(person) })
    expect(response.headers.get('set-cookie')).toBe(
      'CF_Authorization=; Path=/; Expires=Thu, 01 Jan 1970 00:00:01 GMT; HttpOnly; SameSite=Lax',
    )
  })
})

describe("The organization's session_duration", () => {
  it('sets how long the login page is skipped, and shortens no cookie of an application', async () => {
    const { fetch } = emulator({ ...ACCOUNT, ORGANIZATION: { session_duration: '1h' } })
    const person = await loggedIn('ada@example.com', fetch)
    await world.advance('59m59s')
    expect((await person.open(`${OTHER}/whoami`)).page?.status).toBe(200)
    await world.advance('1s')
    expect((await person.open(`${APP}/whoami`)).page?.status).toBe(200)
    const { client_id } = await client.register()
    await person.open(await client.authorizationUrl(client_id))
    expect(person.page?.title).toBe(LOGIN_TITLE)
  })
})

describe('A lifetime of 292 years, the longest Go duration (documented, 2h45m)', () => {
  it.each(['600000h', '1000000h', '2562047h'])(
    'keeps sessions and grants: %s',
    async (lifetime) => {
      const { fetch, signIn } = emulator({
        APPLICATIONS: [
          application({
            session_duration: lifetime,
            oauth_configuration: {
              dynamic_client_registration: { allow_any_on_localhost: true },
              grant: { access_token_lifetime: lifetime, session_duration: lifetime },
            },
          }),
        ],
      })
      const person = await loggedIn('ada@example.com', fetch)
      expect((await person.open(`${APP}/whoami`)).page?.status).toBe(200)
      await signIn(ADA)
      const { tokens } = await new Client(fetch).connect()
      const headers = bearer(tokens.access_token)
      expect((await fetch(`${APP}/whoami`, { headers })).status).toBe(200)
    },
  )
})

describe('Revoking a person [revoke_user]', () => {
  it('ends their sessions with every application and at the team domain', async () => {
    const person = await loggedIn()
    await person.open(`${OTHER}/whoami`)
    await world.revoke({ person: 'ada@example.com' })
    expect(await status(cookies(person))).toBe(401)
    expect(await status(cookies(person, OTHER), OTHER)).toBe(401)
    expect((await person.open(`${APP}/whoami`)).page?.title).toBe(LOGIN_TITLE)
  })

  it('does not end their grants: refresh is 200, old and new tokens are admitted [T15]', async () => {
    const { clientId, tokens } = await connected()
    await world.revoke({ person: 'ada@example.com' })
    expect(await status(bearer(tokens.access_token))).toBe(200)
    const response = await client.refresh(clientId, tokens.refresh_token)
    expect(response.status).toBe(200)
    expect(await status(bearer(((await response.json()) as Tokens).access_token))).toBe(200)
  })

  it('does not affect other persons, and accepts the address in any case', async () => {
    const [ada, grace] = [await loggedIn(), await loggedIn('grace@example.com')]
    await world.revoke({ person: 'ADA@Example.com' })
    expect(await status(cookies(ada))).toBe(401)
    expect(await status(cookies(grace))).toBe(200)
  })

  it('lets them log in again, in the same second', async () => {
    const person = await loggedIn()
    await world.revoke({ person: 'ada@example.com' })
    await (await person.open(`${APP}/whoami`)).press('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, url: `${APP}/whoami` })
  })

  it('ends that login too if it is repeated within the same second', async () => {
    const person = await loggedIn()
    for (let times = 0; times < 2; times++) {
      await world.revoke({ person: 'ada@example.com' })
      expect(await status(cookies(person))).toBe(401)
      await (await person.open(`${APP}/whoami`)).press('ada@example.com')
      expect(await status(cookies(person))).toBe(200)
    }
  })

  it('has no effect for an unknown person', async () => {
    const person = await loggedIn()
    await world.revoke({ person: 'stranger@example.com' })
    expect(await status(cookies(person))).toBe(200)
  })
})

describe('Revoking the tokens of an application [revoke_tokens]', () => {
  it('invalidates the cookies of that application, and of no other', async () => {
    const [ada, grace] = [await loggedIn(), await loggedIn('grace@example.com')]
    await ada.open(`${OTHER}/whoami`)
    await world.revoke({ application: 'Demo' })
    expect(await status(cookies(ada))).toBe(401)
    expect(await status(cookies(grace))).toBe(401)
    expect(await status(cookies(ada, OTHER), OTHER)).toBe(200)
  })

  it('keeps the session at the team domain: the next visit gets a new cookie without a page', async () => {
    const person = await loggedIn()
    await world.revoke({ application: 'Demo' })
    await person.open(`${APP}/whoami`)
    expect(person.page).toMatchObject({ status: 200, url: `${APP}/whoami` })
    expect(await status(cookies(person))).toBe(200)
  })

  it('refuses its access tokens, also those of a later refresh, which still is 200 [T16]', async () => {
    const { clientId, tokens } = await connected()
    await world.revoke({ application: 'Demo' })
    expect(await status(bearer(tokens.access_token))).toBe(401)
    let { refresh_token } = tokens
    for (let round = 0; round < 2; round++) {
      const response = await client.refresh(clientId, refresh_token)
      expect(response.status).toBe(200)
      const next = (await response.json()) as Tokens
      expect(await status(bearer(next.access_token))).toBe(401)
      refresh_token = next.refresh_token
    }
  })

  it('admits a new authorization in the same second, and its refreshes', async () => {
    await connected()
    await world.revoke({ application: 'Demo' })
    const { clientId, tokens } = await connected()
    expect(await status(bearer(tokens.access_token))).toBe(200)
    const response = await client.refresh(clientId, tokens.refresh_token)
    expect(await status(bearer(((await response.json()) as Tokens).access_token))).toBe(200)
  })

  it('admits a new authorization of a browser that had a session before', async () => {
    const person = await loggedIn()
    await world.revoke({ application: 'Demo' })
    const { client_id } = await client.register()
    await (await person.open(await client.authorizationUrl(client_id))).press('allow')
    const code = person.callback?.searchParams.get('code') ?? ''
    const tokens = await tokensOf(client.exchange(client_id, code))
    expect(await status(bearer(tokens.access_token))).toBe(200)
  })

  it('refuses the access token of a code that was issued before and exchanged after', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    await world.revoke({ application: 'Demo' })
    const tokens = await tokensOf(client.exchange(client_id, code))
    expect(await status(bearer(tokens.access_token))).toBe(401)
  })

  it('does not affect grants of other applications', async () => {
    const { tokens } = await connected('ada@example.com', OTHER)
    await world.revoke({ application: 'Demo' })
    expect(await status(bearer(tokens.access_token), OTHER)).toBe(200)
  })

  it('invalidates the cookie of a service login, but not the service token', async () => {
    const login = async () => {
      const response = await world.fetch(`${APP}/whoami`, { headers: credentials() })
      return { cookie: `CF_Authorization=${cookieOf(response)}` }
    }
    const before = await login()
    await world.revoke({ application: 'Demo' })
    expect(await status(before)).toBe(401)
    expect(await status(credentials())).toBe(200)
    await world.advance('1s') // Such a token has nothing but its second to tell it by.
    expect(await status(await login())).toBe(200)
  })

  it('accepts the id of the application too', async () => {
    const id = '11111111-2222-4333-8444-555555555555'
    const named = emulator({ APPLICATIONS: [application({ id })] })
    const person = await loggedIn('ada@example.com', named.fetch)
    await named.revoke({ application: id })
    expect((await named.fetch(`${APP}/whoami`, { headers: cookies(person) })).status).toBe(401)
  })
})

describe.each<[reason: string, setting: typeof world, what: Record<string, string>]>([
  ['Revoking a person, REVOCATION strict', strict, { person: 'ada@example.com' }],
  ["Revoking an application's tokens, REVOCATION strict", strict, { application: 'Demo' }],
  ['Deleting a person', world, { deleted_person: 'ada@example.com' }],
  ['Deleting a person, REVOCATION strict', strict, { deleted_person: 'ada@example.com' }],
])('%s', (_, { fetch, revoke }, what) => {
  const client = new Client(fetch)

  it('invalidates cookies and access tokens, and refuses the refresh', async () => {
    const person = await loggedIn()
    const { clientId, tokens } = await connected()
    await revoke(what)
    expect((await fetch(`${APP}/whoami`, { headers: cookies(person) })).status).toBe(401)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('ends a grant that was refreshed many times', async () => {
    const { clientId, tokens } = await connected()
    let last = tokens
    for (let round = 0; round < 3; round++) {
      last = await tokensOf(client.refresh(clientId, last.refresh_token))
    }
    await revoke(what)
    await expect(client.request('/whoami', last.access_token)).not.toBeAdmitted()
    await expect(client.refresh(clientId, last.refresh_token)).toBeRefused('invalid_grant')
  })

  it('lets the person log in again at once, with browser and client', async () => {
    const before = await loggedIn()
    await connected()
    await revoke(what)
    const person = await loggedIn()
    const { clientId, tokens } = await connected()
    expect((await fetch(`${APP}/whoami`, { headers: cookies(before) })).status).toBe(401)
    expect((await fetch(`${APP}/whoami`, { headers: cookies(person) })).status).toBe(200)
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('does not affect another person at another application', async () => {
    const { clientId, tokens } = await connected('grace@example.com', OTHER)
    await revoke(what)
    const other = new Client(fetch, OTHER)
    await expect(other.request('/whoami', tokens.access_token)).toBeAdmitted()
    expect((await other.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })
})

describe('An invalid revocation', () => {
  it.each([
    ['nothing', {}],
    ['no address', { person: 'ada' }],
    ['an unknown application', { application: 'Nothing' }],
    ['two at once', { person: 'ada@example.com', application: 'Demo' }],
    ['an unknown member', { persons: 'ada@example.com' }],
    ['an array', []],
  ])('is refused and changes nothing: %s', async (_, body) => {
    const person = await loggedIn()
    const response = await world.fetch(`${APP}/_emulator/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    expect(await status(cookies(person))).toBe(200)
  })
})

describe('A code that has not been redeemed', () => {
  it('gives nothing after its grant was ended at the console', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    // A code begins with the id of its grant.
    const grant = `${APP}/_emulator/grants/${code.slice(0, 22)}`
    expect((await world.fetch(grant, { method: 'DELETE' })).status).toBe(200)
    await expect(client.exchange(client_id, code)).toBeRefused('invalid_grant', /revoked/)
  })

  it.each([
    ['is redeemed after revoke_user, as observed [T15]', world, 'person', 200],
    ['gives nothing after revoke_user in the strict reading', strict, 'person', 400],
    ['gives nothing after the person was deleted', world, 'deleted_person', 400],
  ])('%s', async (_, from, kind, status) => {
    await from.signIn(ADA)
    const client = new Client(from.fetch)
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    await from.revoke({ [kind]: 'ada@example.com' })
    expect((await client.exchange(client_id, code)).status).toBe(status)
  })

  it('stays unused after such a refusal', async () => {
    await strict.signIn(ADA)
    const client = new Client(strict.fetch)
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    await strict.revoke({ person: 'ada@example.com' })
    const refused = await client.exchange(client_id, code)
    expect(await refused.json()).toMatchObject({ error_description: 'the grant is revoked' })
    expect((await new Client(world.fetch).exchange(client_id, code)).status).toBe(200)
  })
})

it('A browser login ends with the application, if that is deleted meanwhile [A12]', async () => {
  const without = emulator({ APPLICATIONS: [application({ name: 'Other', domain: '*' })] })
  const person = new Person(
    (url, init) => (url.includes('/authorized?') ? without : world).fetch(url, init),
    HOSTS,
  )
  await (await person.open(`${APP}/whoami`)).press('Log in', ADA)
  expect(person.page).toMatchObject({
    status: 400,
    title: 'Invalid nonce. Please try logging in again.',
  })
  expect(person.cookies('localhost')).not.toContain('CF_Authorization')
})

it('A browser login ends at an ACCESS_PATH of the host of the application', async () => {
  const ends: string[] = []
  const watching: typeof world.fetch = async (url, init) => {
    if (url.includes('/authorized?')) ends.push(new URL(url).pathname)
    return world.fetch(url, init)
  }
  const person = await new Person(watching, HOSTS).open(`${OTHER}/whoami`)
  await person.press('ada@example.com')
  await person.open(`${APP}/whoami`)
  expect(ends).toEqual(['/.access/authorized', '/cdn-cgi/access/authorized'])
})
