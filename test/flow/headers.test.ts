import { beforeAll, describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { CONNECTED, DASH, DashClient, EMULATED_ACCOUNT_ID, withClients } from '../support/dashboard'
import { ADA, APP, application, emulator, TEAM } from '../support/emulator'
import { NAVIGATION, Person } from '../support/person'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'

const PIN = { id: 'pin', name: 'Code', type: 'onetimepin' }
const PEOPLE = { id: 'people', name: 'People', type: 'cloudflare' }
const settings = {
  ...withClients({ logo_uri: 'https://logo.example/logo.png' }),
  IDENTITY_PROVIDERS: [PEOPLE, PIN],
  SERVICE_TOKENS: [serviceToken()],
  APPLICATIONS: [
    application(),
    application({ name: 'Machines', domain: 'machines.example', policies: [SERVICE_AUTH] }),
    application({ name: 'Away', domain: 'away.example', origin_url: 'http://127.0.0.1:9' }),
    application({ name: 'Off', domain: 'off.example', oauth_configuration: undefined }),
  ],
}
const world = emulator(settings)
const apart = emulator({ ...settings, DASH_DOMAIN: 'dash.localhost' })
const guarded = emulator({ ...settings, EMULATOR_TOKEN: 'a-token-of-some-length' })
const client = new Client(world.fetch)
const dash = new DashClient(world.fetch)
const control = controlOf(world.fetch)

beforeAll(world.reset)

const browser = () =>
  new Person(world.fetch, ['localhost:8788', '127.0.0.1:8788', 'away.example:8788'])
const atLogin = async () => {
  const { client_id } = await client.register()
  return browser().open(await client.authorizationUrl(client_id))
}
const atDashLogin = async () => browser().open(await dash.authorizationUrl())

/** Every page, and a way to it. */
const PAGES: Record<string, () => Promise<Person>> = {
  'login of an application': () => browser().open(`${APP}/`),
  'login of an authorization': atLogin,
  'one-time PIN': async () => (await atLogin()).press('Send me a code', ADA),
  'wrong one-time PIN': async () =>
    (await (await atLogin()).press('Send me a code', ADA)).press('Sign in', { code: '000000' }),
  consent: async () => (await atLogin()).press('ada@example.com'),
  blocked: async () => (await atLogin()).press('mallory@blocked.example'),
  'wrong login form': async () => (await atLogin()).press('Log in', { email: 'x' }),
  'stale login': () => browser().open(`${TEAM}/cdn-cgi/access/login/x`),
  'stale consent': () => browser().open(`${TEAM}/cdn-cgi/access/oauth/consent`),
  'stale end of a login': () => browser().open(`${APP}/cdn-cgi/access/authorized`),
  'refused authorization': () => browser().open(`${TEAM}/cdn-cgi/access/oauth/authorization`),
  'logged out of the application': () => browser().open(`${APP}/cdn-cgi/access/logout`),
  'logged out of the team domain': () => browser().open(`${TEAM}/cdn-cgi/access/logout`),
  'not found': () => browser().open(`${TEAM}/cdn-cgi/access/nothing`),
  'callback of an unknown login': () => browser().open(`${TEAM}/cdn-cgi/access/callback?state=x`),
  demo: async () => (await browser().open(`${APP}/`)).press('ada@example.com'),
  'origin that is not there': async () =>
    (await browser().open('http://away.example:8788/')).press('ada@example.com'),
  'login at the dashboard': atDashLogin,
  permissions: async () => (await atDashLogin()).press('ada@example.com'),
  'connected applications': async () => (await browser().open(CONNECTED)).press('ada@example.com'),
  'error of the dashboard': () => browser().open(`${DASH}/oauth2/auth?client_id=x`),
  'stale login at the dashboard': () => browser().open(`${DASH}/oauth2/login`),
  'stale permissions': () => browser().open(`${DASH}/oauth2/consent`),
  'logged out of the dashboard': () => browser().open(`${DASH}/oauth2/logout`),
  'not found at the dashboard': () => browser().open(`${DASH}/oauth2/nothing`),
  'console: flows': () => browser().open(`${APP}/_emulator/`),
  'console: events': () => browser().open(`${APP}/_emulator/console/events`),
  'console: state': () => browser().open(`${APP}/_emulator/console/state`),
  'console: faults': () => browser().open(`${APP}/_emulator/console/faults`),
  'console: connect': () => browser().open(`${APP}/_emulator/console/connect`),
  'report on a client': async () => {
    const { client_id } = await client.register()
    return browser().open(`${APP}/_emulator/clients/${client_id}/report`)
  },
  'console on another host, without the token': () =>
    new Person(guarded.fetch, ['emulator.example']).open('https://emulator.example/_emulator/'),
  'dashboard on a host of its own': () =>
    new Person(apart.fetch, ['dash.localhost:8788']).open('http://dash.localhost:8788/'),
}

describe.each(Object.entries(PAGES))('The page: %s', (name, open) => {
  it('has the headers of every page', async () => {
    const { headers, status } = (await open()).page ?? expect.unreachable()
    expect(status).toBeLessThan(name === 'origin that is not there' ? 503 : 500)
    expect(headers.get('content-type')).toBe('text/html; charset=UTF-8')
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; img-src data:( https:\/\/logo\.example)?; style-src 'nonce-[\w-]{36}'(; script-src 'nonce-[\w-]{36}')?(; connect-src 'self')?; base-uri 'none'; frame-ancestors 'none'$/,
    )
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
      'cross-origin-opener-policy': 'same-origin',
    })
  })

  it('allows scripts and styles only by the nonce of this response', async () => {
    const { headers, html } = (await open()).page ?? expect.unreachable()
    const nonces = headers.get('content-security-policy')?.match(/nonce-[\w-]{36}/g) ?? []
    for (const element of html.querySelectorAll('script, style')) {
      expect(nonces).toContain(`nonce-${element.getAttribute('nonce')}`)
      expect(element.hasAttribute('src')).toBe(false)
    }
    for (const element of html.querySelectorAll('*')) {
      const active = Object.keys(element.attributes).filter((each) => /^(on|style$)/i.test(each))
      expect(active).toEqual([])
      expect(element.getAttribute('href') ?? '').not.toMatch(/^\s*(javascript|vbscript):/i)
    }
  })

  it('has a new nonce in each response', async () => {
    const csp = async () => (await open()).page?.headers.get('content-security-policy')
    expect(await csp()).not.toBe(await csp())
  })
})

async function send(person: Person, body: string): Promise<Response> {
  return world.fetch(person.page?.url ?? '', {
    method: 'POST',
    headers: {
      cookie: person.cookies('127.0.0.1:8788'),
      'content-type': 'application/x-www-form-urlencoded',
    },
    body,
  })
}

async function sendLogin(person: Person): Promise<Response> {
  const nonce = person.page?.html.querySelector('input[name=nonce]')?.getAttribute('value')
  return send(person, `email=ada%40example.com&nonce=${nonce}`)
}

// The sign-ins that it created are deleted at the end.
async function signedIn<Result>(act: () => Promise<Result>): Promise<Result> {
  await world.signIn(ADA)
  return act().finally(() => world.signIn(null))
}

const connected = () => signedIn(() => client.connect())

/** Every response with a token, a code, a secret or a ticket: its kind, and how to get it. */
const ANSWERS: Record<string, [where: RegExp, ask: () => Promise<Response>]> = {
  'a registration with a secret': [
    /"client_secret":/,
    () => client.registration({ token_endpoint_auth_method: 'client_secret_post' }),
  ],
  'the way to the login of an authorization': [
    /^location: .*meta=/m,
    async () => client.authorization((await client.register()).client_id),
  ],
  'the way to the login of an application': [
    /^location: .*meta=/m,
    () => world.fetch(APP, { headers: NAVIGATION }),
  ],
  'the way to the login where Managed OAuth is off': [
    /^location: .*meta=/m,
    () => world.fetch('http://off.example/'),
  ],
  'a login for an authorization': [
    /^set-cookie: CF_Access_Session=/m,
    async () => sendLogin(await atLogin()),
  ],
  'a login for an application': [
    /^location: .*authorized\?token=/m,
    async () => sendLogin(await browser().open(`${APP}/`)),
  ],
  'the end of a login for an application': [
    /^set-cookie: CF_Authorization=/m,
    async () => {
      const person = await browser().open(`${APP}/`)
      const location = (await sendLogin(person)).headers.get('location') ?? ''
      return world.fetch(location, { headers: { cookie: person.cookies('localhost:8788') } })
    },
  ],
  'the way to the consent': [
    /^location: .*consent\?request=/m,
    async () => {
      const person = await atLogin()
      const cookie = (await sendLogin(person)).headers.getSetCookie().join('; ')
      const { client_id } = await client.register()
      return world.fetch(await client.authorizationUrl(client_id), { headers: { cookie } })
    },
  ],
  'a code': [
    /^location: .*[?&]code=/m,
    async () => send(await (await atLogin()).press('ada@example.com'), 'action=allow'),
  ],
  'an exchange': [
    /"access_token":/,
    async () => {
      const { client_id } = await client.register()
      return client.exchange(client_id, await signedIn(() => client.code(client_id)))
    },
  ],
  'a refresh': [
    /"refresh_token":/,
    async () => {
      const { clientId, tokens } = await connected()
      return client.refresh(clientId, tokens.refresh_token)
    },
  ],
  'the demo that shows its assertion': [
    /"cf-access-jwt-assertion":/,
    async () => client.request('/whoami', (await connected()).tokens.access_token),
  ],
  'a service login': [
    /^set-cookie: CF_Authorization=/m,
    () => world.fetch('http://machines.example/nothing', { headers: credentials() }),
  ],
  'the way to the login of the dashboard': [
    /^location: .*login\?request=/m,
    () => dash.authorization(),
  ],
  'a login at the dashboard': [
    /^set-cookie: CF_Dash_Session=/m,
    async () => sendLogin(await atDashLogin()),
  ],
  'the way to the permissions': [
    /^location: .*consent\?request=/m,
    async () => {
      const answer = await sendLogin(await atDashLogin())
      const cookie = answer.headers.getSetCookie().join('; ')
      return world.fetch(await dash.authorizationUrl(), { headers: { cookie } })
    },
  ],
  'a code of the dashboard': [
    /^location: .*[?&]code=/m,
    () => signedIn(() => dash.authorization()),
  ],
  'an exchange at the dashboard': [
    /"access_token":/,
    async () => dash.exchange(await signedIn(() => dash.code())),
  ],
  'a refresh at the dashboard': [
    /"refresh_token":/,
    async () => dash.refresh((await signedIn(() => dash.connect())).refresh_token),
  ],
  'a new service token': [
    /"client_secret":/,
    () =>
      asAdministrator('POST', `/accounts/${EMULATED_ACCOUNT_ID}/access/service_tokens`, {
        name: 'New',
      }),
  ],
  'the state of the emulator': [/"ticketSecret":/, () => control('GET', 'state')],
  'the events of the emulator': [/"events":/, () => control('GET', 'events')],
}

function asAdministrator(method: string, path: string, body: unknown): Promise<Response> {
  return world.fetch(`${APP}/client/v4${path}`, {
    method,
    headers: { authorization: 'Bearer a-token', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

describe('Responses with X-Content-Type-Options: nosniff (Fetch 3.6):', () => {
  // A response of the origin is the origin's own, and a challenge is as recorded [U10-U15].
  const own = Object.entries(ANSWERS).filter(
    ([name]) => !/^the demo|^a service login|^the way to the login/.test(name),
  )
  it.each([
    ...own.map(([name, [, ask]]) => [name, ask] as const),
    ['an invalid Host', () => world.fetch(APP, { headers: { host: 'a@b' } })] as const,
    ['metadata', () => world.fetch(`${TEAM}/.well-known/oauth-authorization-server`)] as const,
    ['keys', () => world.fetch(`${TEAM}/cdn-cgi/access/certs`)] as const,
    ['a refusal of the token endpoint', () => client.postForm('/oauth/token', {})] as const,
    ['a refusal of the API', () => world.fetch(`${APP}/client/v4/nothing`)] as const,
  ])('%s', async (_, ask) => {
    const { headers } = await ask()
    expect(headers.get('x-emulator')).toBe('access-oauth-emulator')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  it("but a response of the origin has only the origin's headers", async () => {
    const { headers } = await client.request('/whoami', (await connected()).tokens.access_token)
    expect(headers.has('x-content-type-options')).toBe(false)
  })
})

describe('No cache stores', () => {
  it.each(Object.entries(ANSWERS))('%s', async (_, [where, ask]) => {
    const response = await ask()
    const headers = [...response.headers].map((each) => each.join(': ')).join('\n')
    expect(`${headers}\n\n${await response.text()}`).toMatch(where)
    expect(response.headers.get('cache-control')).toMatch(/\bno-store\b/)
  })

  it.each(Object.entries(ANSWERS).filter(([, [where]]) => where.source.includes('location')))(
    'The next site gets no Referer: %s',
    async (_, [, ask]) => {
      const { headers } = await ask()
      expect(headers.get('referrer-policy') ?? 'none').toMatch(/^(no-referrer|none)$/)
    },
  )

  it.each(Object.entries(ANSWERS).filter(([, [where]]) => where.source.includes('location')))(
    'A form is not sent again to the target of a redirect (RFC 9700 4.12): %s',
    async (_, [, ask]) => {
      expect((await ask()).status).toBe(302)
    },
  )

  it.each([401, 400])('a refusal of the token endpoint: %i', async (status) => {
    const form = status === 401 ? {} : { client_id: (await client.register()).client_id }
    const response = await client.postForm('/oauth/token', form)
    expect([response.status, response.headers.get('cache-control')]).toEqual([status, 'no-store'])
  })
})
