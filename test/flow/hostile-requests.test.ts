import { beforeEach, describe, expect, it } from 'vitest'
import { Client, REDIRECT_URI } from '../support/client'
import { controlOf, stored } from '../support/control'
import { CONNECTED, DASH, DashClient, withClients } from '../support/dashboard'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const world = emulator(withClients({}))
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(world.reset)

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const EVIL = 'https://evil.example'

describe("Path confusion between the gate and the emulator's own paths", () => {
  const reaches = async (path: string, method = 'GET', headers = {}) => {
    const response = await world.fetch(APP + path, { method, headers })
    const body = await response.text()
    if (response.headers.get('www-authenticate')) return 'the gate'
    return body.includes('"application"') ? 'the control' : `the control, ${response.status}`
  }

  it.each([
    ['/_emulator/urls', 'the control'],
    ['/%5femulator/urls', 'the control'],
    ['/x/../_emulator/urls', 'the control'],
    ['/x/%2e%2e/_emulator/urls', 'the control'],
    ['/x/.%2E/_emulator/urls', 'the control'],
    ['\\_emulator\\urls', 'the control'],
    ['//_emulator/urls', 'the gate'],
    ['/_emulator%2furls', 'the gate'],
    ['/_emulator;/urls', 'the gate'],
    ['/;/_emulator/urls', 'the gate'],
    ['/_EMULATOR/urls', 'the gate'],
    ['/x/..;/_emulator/urls', 'the gate'],
    ['/_emulator/%2e%2e/mcp', 'the gate'],
    ['/_emulator\\..\\mcp', 'the gate'],
    ['/_emulator/..%2fmcp', 'the control, 404'],
    ['/_emulator//urls', 'the control, 404'],
  ])('is resolved by one URL parser: %s reaches %s', async (path, where) => {
    expect(await reaches(path)).toBe(where)
  })

  it.each(['/_emulator/reset', '/%5femulator/reset', '/x/%2e%2e/_emulator/rese%74'])(
    'allows no page of another site to reset, however the path is written: %s',
    async (path) => {
      await world.signIn(ADA)
      expect(await reaches(path, 'POST', { origin: EVIL })).toBe('the control, 403')
      expect(await (await control('GET', 'auto-sign-in')).json()).toMatchObject(ADA)
    },
  )

  it('serves the same metadata for an escaped path', async () => {
    for (const path of ['oauth-protected-resource/mcp', 'oauth-authorization-server']) {
      const plain = await world.fetch(`${APP}/.well-known/${path}`)
      const escaped = await world.fetch(`${APP}/%2Ewell-know%6e/${path.replace('-', '%2d')}`)
      expect([escaped.status, await escaped.text()]).toEqual([200, await plain.text()])
    }
  })

  it('forwards no path of Access to an origin', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    for (const path of [
      '/cdn-cgi/access/x',
      '/cdn-cg%69/access/x',
      '/.access//x',
      '/x/../.access/x',
    ]) {
      const response = await client.request(path, tokens.access_token)
      expect([path, response.status, await response.text()]).toEqual([
        path,
        404,
        expect.stringContaining('This path exists only on the team domain'),
      ])
    }
  })
})

describe('Path confusion between two applications', () => {
  const { fetch } = emulator({
    APPLICATIONS: [
      application({
        name: 'Public',
        domain: 'localhost/public',
        policies: [{ name: 'All', decision: 'bypass', include: [{ everyone: {} }] }],
      }),
      application({ domain: 'localhost' }),
    ],
  })

  it.each([
    '/public/../admin',
    '/public/%2e%2e/admin',
    '/public/.%2e/admin',
    '/public\\..\\admin',
    '/public/x/../../admin',
    '//admin',
    '/%61dmin',
    '/public%2f..%2fadmin',
    '/public;/../admin',
    '/public%00/admin',
    '/PUBLIC/admin',
  ])('opens no protected path through a bypassed one: %s', async (path) => {
    expect((await fetch(APP + path)).status).toBe(401)
  })

  it('forwards an encoded slash below a bypass unchanged and without an assertion (origins decide)', async () => {
    const response = await fetch(`${APP}/public/..%2fadmin`)
    expect(await response.json()).toMatchObject({ error: 'no_assertion' })
  })
})

describe('Host confusion', () => {
  it.each([
    ['x-forwarded-host', 'evil.example'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-port', '1'],
    ['x-original-host', 'evil.example'],
    ['x-host', 'evil.example'],
    ['forwarded', 'host=evil.example;proto=https'],
    ['x-original-url', '/_emulator/reset'],
    ['x-rewrite-url', '/_emulator/reset'],
    ['x-http-method-override', 'DELETE'],
  ])('changes no challenge and no metadata: %s', async (name, value) => {
    const paths = [
      `${APP}/mcp`,
      `${APP}/.well-known/oauth-protected-resource/mcp`,
      `${TEAM}/.well-known/oauth-authorization-server`,
      `${DASH}/.well-known/openid-configuration`,
      `${APP}/_emulator/urls`,
    ]
    const answer = async (url: string, headers = {}) => {
      const response = await world.fetch(url, { headers })
      return [response.headers.get('www-authenticate'), await response.text()]
    }
    for (const url of paths) expect(await answer(url, { [name]: value })).toEqual(await answer(url))
  })

  it.each([
    'localhost:8788/_emulator/urls?',
    'localhost:8788/_emulator/urls#',
    'evil.example@localhost:8788/_emulator/urls?',
    'evil.example@localhost:8788',
    'localhost:8788\\_emulator\\urls?',
    'loc%61lhost:8788',
    'localhost:8788, evil.example',
    'b%C3%BCcher.example',
  ])('is refused with 400 if Host is invalid: %s (RFC 9112 3.2)', async (host) => {
    // The response of the runtime to such a Host.
    const response = await world.fetch(`${APP}/_emulator/urls?/mcp`, { headers: { host } })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      error: 'invalid_request',
      error_description: 'Host is not host[:port] (RFC 9112 3.2)',
    })
  })

  it.each([
    'localhost:8788',
    'LOCALHOST',
    '[::1]:8788',
    'xn--bcher-kva.example',
    'my_app.example.',
  ])('is not assumed if Host is valid: %s (RFC 9112 3.2)', async (host) => {
    expect((await world.fetch(`${APP}/mcp`, { headers: { host } })).status).toBe(401)
  })

  it('sends no code to another host: the redirect is to the registered URI', async () => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const response = await world.fetch(await client.authorizationUrl(client_id), {
      headers: { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    })
    expect(response.headers.get('location')).toMatch(`${REDIRECT_URI}?code=`)
  })

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
  ])(
    'opens neither control nor API to a page that rebinds its name to this machine: %s',
    async (host) => {
      const headers = { authorization: 'Bearer a-token' }
      for (const path of ['/_emulator/state', '/client/v4/user']) {
        const response = await world.fetch(`http://${host.split('@').at(-1)}:8788${path}`, {
          headers,
        })
        expect([path, response.status]).toEqual([path, 503])
      }
    },
  )
})

describe('A proxy before the Worker that believes a header', () => {
  // Miniflare takes the URL from `MF-Original-URL`, and leaves `Host` as it was sent.
  it.each(['evil.example:8788', 'evil.example', 'localhost.evil.example:8788', 'a:99999'])(
    'opens neither control nor API if Host is not of this machine, whatever the URL is: %s',
    async (host) => {
      const headers = { host, authorization: 'Bearer a-token' }
      for (const path of ['/_emulator/state', '/client/v4/user']) {
        const response = await world.fetch(APP + path, { headers })
        expect([path, response.status]).toEqual([path, 503])
      }
    },
  )

  it('opens neither if the URL is not of this machine, whatever Host is', async () => {
    const headers = { host: 'localhost:8788', authorization: 'Bearer a-token' }
    for (const path of ['/_emulator/state', '/client/v4/user']) {
      const response = await world.fetch(`http://evil.example:8788${path}`, { headers })
      expect([path, response.status]).toEqual([path, 503])
    }
  })

  it('lets nobody pick a person if Host is not of this machine', async () => {
    const { client_id } = await client.register()
    const headers = { host: 'evil.example' }
    const login = await world.fetch(await client.authorizationUrl(client_id), { headers })
    const page = await world.fetch(login.headers.get('location') ?? '', { headers })
    const html = await page.text()
    expect(html).toContain('Picking a person is off on this host')
    expect(html).not.toContain('ada@example.com')
  })
})

describe('A redirect URI that was not registered gets neither a code nor an error', () => {
  it.each([
    ['another path', 'http://localhost:53682/other'],
    ['another scheme', 'https://localhost:53682/callback'],
    ['a host that begins the same', 'http://localhost.evil.example:53682/callback'],
    ['user information', 'http://localhost:53682@evil.example/callback'],
    ['a backslash', 'http://localhost:53682\\@evil.example/callback'],
    ['a fragment', `${REDIRECT_URI}#x`],
    ['a query more', `${REDIRECT_URI}?next=https://evil.example`],
    ['dot segments', 'http://localhost:53682/callback/../evil'],
    ['encoded dot segments', 'http://localhost:53682/callback/%2e%2e/evil'],
    ['an encoded slash', 'http://localhost:53682/callback%2f..%2fevil'],
    ['a line break', `${REDIRECT_URI}%0d%0aX: 1`],
    ['a script', 'javascript:alert(1)'],
    ['data', 'data:text/html,<script>alert(1)</script>'],
    ['no scheme', '//evil.example/callback'],
    ['another host in capitals', 'HTTP://EVIL.EXAMPLE/callback'],
  ])('%s', async (_, redirect_uri) => {
    await world.signIn(ADA)
    const { client_id } = await client.register()
    const response = await client.authorization(client_id, { redirect_uri })
    expect([response.status, response.headers.get('location')]).toEqual([400, null])
  })
})

describe('No open redirect', () => {
  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/%09/evil.example', '/x'])(
    'redirect_url of a login page is signed: %s',
    async (to) => {
      const person = await new Person(world.fetch).open(`${APP}/`)
      const url = new URL(person.page?.url ?? '')
      url.searchParams.set('redirect_url', to)
      const response = await world.fetch(url.href)
      expect([response.status, response.headers.get('location')]).toEqual([400, null])
    },
  )

  it.each([
    '//evil.example',
    '/\\evil.example',
    '/%5cevil.example',
    '/@evil.example',
    '/.evil.example',
  ])('a login ends on the host that it began on, whatever the path: %s', async (path) => {
    const person = await new Person(world.fetch).open(APP + path)
    await person.press('ada@example.com')
    expect(person.callback).toBeUndefined()
    expect(new URL(person.page?.url ?? '').origin).toBe(APP)
  })

  it.each([
    `${APP}/cdn-cgi/access/logout`,
    `${TEAM}/cdn-cgi/access/logout`,
    `${DASH}/oauth2/logout`,
    `${DASH}/oauth2/sessions/logout`,
  ])('a logout ignores an unregistered address: %s', async (url) => {
    const query = ['returnTo', 'redirect_url', 'redirect_uri', 'post_logout_redirect_uri', 'to']
      .map((name) => `${name}=${EVIL}`)
      .join('&')
    const response = await world.fetch(`${url}?${query}&client_id=0a0b0c0d0e0f00010203040506070809`)
    expect([response.status, response.headers.get('location')]).toEqual([200, null])
  })

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/profile/..//evil.example',
  ])("the dashboard's `to`: %s", async (to) => {
    const apart = emulator({ DASH_DOMAIN: 'dash.localhost' })
    const response = await apart.fetch(`http://dash.localhost:8788/?to=${encodeURIComponent(to)}`)
    expect([response.status, response.headers.get('location')]).toEqual([200, null])
  })
})

describe('A form of another site changes nothing', () => {
  const forged = (url: string, cookie: string, body: string) =>
    world.fetch(url, { method: 'POST', headers: { ...FORM, cookie, origin: EVIL }, body })

  // A browser omits SameSite=Lax cookies, and the attacker knows at most the address of the page.
  const everyForm: Record<string, [open: () => Promise<Person>, body: string]> = {
    login: [
      async () =>
        new Person(world.fetch).open(
          await client.authorizationUrl((await client.register()).client_id),
        ),
      'email=ada%40example.com',
    ],
    'login of an application': [
      () => new Person(world.fetch).open(`${APP}/`),
      'email=ada%40example.com&nonce=guess',
    ],
    consent: [
      async () => {
        const person = new Person(world.fetch)
        await person.open(await client.authorizationUrl((await client.register()).client_id))
        return person.press('ada@example.com')
      },
      'action=allow',
    ],
    'login at the dashboard': [
      () => new Person(world.fetch).open(CONNECTED),
      'email=ada%40example.com',
    ],
    permissions: [
      async () =>
        (
          await new Person(world.fetch).open(await new DashClient(world.fetch).authorizationUrl())
        ).press('ada@example.com'),
      'action=authorize&account=0123456789abcdef0123456789abcdef',
    ],
    'connected applications': [
      async () => (await new Person(world.fetch).open(CONNECTED)).press('ada@example.com'),
      'grant=x&csrf=x',
    ],
  }

  it.each(Object.entries(everyForm))('without the cookies: %s', async (_, [open, body]) => {
    const { page } = await open()
    const before = await stored(control)
    const response = await forged(page?.url ?? '', '', body)
    expect(response.headers.getSetCookie().join()).not.toMatch(/Session=\S/)
    expect(response.headers.get('location') ?? '').not.toMatch(/code=|token=/)
    expect(await stored(control)).toBe(before)
  })

  it('with the cookies of one browser and the nonce of another', async () => {
    const victim = await everyForm.login?.[0]()
    const attacker = await everyForm.login?.[0]()
    const nonce = attacker?.page?.html.querySelector('input[name=nonce]')?.getAttribute('value')
    const cookie = victim?.cookies('127.0.0.1') ?? ''
    const body = `email=mallory%40blocked.example&nonce=${nonce}`
    const response = await forged(attacker?.page?.url ?? '', cookie, body)
    expect([response.status, response.headers.getSetCookie()]).toEqual([400, []])
  })

  it.each([
    ['POST', 'reset'],
    ['POST', 'revoke'],
    ['POST', 'keys/rotate'],
    ['PUT', 'state'],
    ['PUT', 'auto-sign-in'],
    ['PATCH', 'clock'],
    ['PUT', 'dns'],
    ['PUT', 'faults/error'],
    ['DELETE', 'faults'],
    ['PUT', 'quirks/refresh-grace'],
    ['DELETE', 'clients/x'],
    ['DELETE', 'grants/x'],
    ['DELETE', 'sessions/x'],
    ['GET', 'state'],
    ['GET', 'events'],
  ])('at the control of the emulator: %s %s', async (method, path) => {
    for (const origin of [
      EVIL,
      'null',
      'http://localhost.evil.example',
      'http://127.0.0.1.nip.io',
    ]) {
      const response = await world.fetch(`${APP}/_emulator/${path}`, {
        method,
        headers: { origin },
      })
      expect([origin, response.status]).toEqual([origin, 403])
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })

  const ACCOUNT = `${APP}/client/v4/accounts/0123456789abcdef0123456789abcdef`

  // A page that has rebound its name to this machine is same-origin, so it needs no preflight.
  it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])(
    'at the API: %s of a foreign Origin is refused',
    async (method) => {
      const before = await stored(control)
      for (const origin of [EVIL, 'null', 'http://evil.example:8788']) {
        const response = await world.fetch(`${ACCOUNT}/access/tags`, {
          method,
          headers: { origin, authorization: 'Bearer a-token', 'content-type': 'application/json' },
          ...(method !== 'GET' && method !== 'HEAD' && { body: '{"name":"rebound"}' }),
        })
        expect([origin, response.status]).toEqual([origin, 403])
      }
      expect(await stored(control)).toBe(before)
    },
  )

  it('at the API, which responds to pages of this machine', async () => {
    for (const origin of [APP, 'http://localhost:5173']) {
      const headers = { origin, authorization: 'Bearer a-token' }
      const response = await world.fetch(`${ACCOUNT}/access/tags`, { headers })
      expect([origin, response.status]).toEqual([origin, 200])
    }
  })

  it('at the API, whose preflight allows no other site', async () => {
    const headers = { origin: EVIL, 'access-control-request-method': 'PUT' }
    const url = `${APP}/client/v4/accounts/0123456789abcdef0123456789abcdef/access/apps`
    const response = await world.fetch(url, { method: 'OPTIONS', headers })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})
