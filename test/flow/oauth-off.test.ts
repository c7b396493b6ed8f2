import { beforeEach, describe, expect, it } from 'vitest'
import { Client, redirectOf } from '../support/client'
import { ADA, APP, application, emulator, stopClock, TEAM } from '../support/emulator'
import { Person } from '../support/person'

stopClock()
const OFF = application({ oauth_configuration: { enabled: false } })
const on = emulator({ APPLICATIONS: [application()] })
const off = emulator({ APPLICATIONS: [OFF] })
const METADATA = `${APP}/.well-known/cloudflare-access-protected-resource`
beforeEach(on.reset)

describe('While Managed OAuth is off, a request without a credential', () => {
  it.each([
    ['GET, any Accept', 'GET', { accept: '*/*' }],
    ['GET, no header at all', 'GET', {}],
    ['POST', 'POST', {}],
    ["POST, MCP's Accept", 'POST', { accept: 'application/json, text/event-stream' }],
    ['DELETE', 'DELETE', {}],
    ['HEAD', 'HEAD', {}],
    ['JSON is wanted [U14]', 'GET', { accept: 'application/json' }],
    ['a script in a browser [U14]', 'GET', { 'sec-fetch-mode': 'cors' }],
    ['a navigation', 'GET', { 'sec-fetch-mode': 'navigate', accept: 'text/html' }],
    ['a WebSocket', 'GET', { upgrade: 'websocket', connection: 'Upgrade' }],
    ['another X-Requested-With', 'GET', { 'x-requested-with': 'fetch' }],
    ['a bearer token of a stranger', 'GET', { authorization: 'Bearer sk-1234567890' }],
  ])('is redirected to the login page: %s [U10]', async (_, method, headers) => {
    const response = await off.fetch(`${APP}/api/whoami`, { method, headers })
    expect(response.status).toBe(302)
    expect(response.headers.get('www-authenticate')).toBe(
      `Cloudflare-Access resource_metadata="${METADATA}/api/whoami"`,
    )
    expect(response.headers.get('location')).toMatch(
      new RegExp(
        `^${TEAM}/cdn-cgi/access/login/localhost:8788\\?kid=[0-9a-f]{64}&meta=[\\w-]+\\.[\\w-]+\\.[\\w-]+&redirect_url=%2Fapi%2Fwhoami$`,
      ),
    )
  })

  it('gets the recorded headers, and no others [U10-U13]', async () => {
    const response = await off.fetch(`${APP}/api/whoami`, { method: 'POST' })
    expect(Object.fromEntries(response.headers)).toEqual({
      location: expect.stringContaining('/cdn-cgi/access/login/'),
      'www-authenticate': `Cloudflare-Access resource_metadata="${METADATA}/api/whoami"`,
      'set-cookie': expect.stringMatching(
        /^CF_AppSession=n[0-9a-f]{16}; Expires=.* GMT; Path=\/; HttpOnly$/,
      ),
      'access-control-allow-credentials': 'true',
      'cache-control':
        'private, max-age=0, no-store, no-cache, must-revalidate, post-check=0, pre-check=0',
      expires: 'Thu, 01 Jan 1970 00:00:01 GMT',
      'content-type': 'text/html',
      'cf-ray': expect.stringMatching(/^[0-9a-f]{16}$/),
      'x-emulator': 'access-oauth-emulator',
      'x-emulator-event': expect.stringMatching(/\/_emulator\/console\/events\?ray=[0-9a-f]{16}$/),
    })
  })

  it('gets a CF_AppSession that lasts a day [U12]', async () => {
    const response = await off.fetch(APP)
    const expires = response.headers.get('set-cookie')?.match(/Expires=([^;]+)/)?.[1] ?? ''
    expect(Date.parse(expires)).toBe(Math.floor(Date.now() / 1000) * 1000 + 86_400_000)
  })

  it("names the application's audience as kid [U11]", async () => {
    const aud = 'a'.repeat(64)
    const { fetch } = emulator({ APPLICATIONS: [{ ...OFF, aud }] })
    expect(redirectOf(await fetch(APP)).parameters.get('kid')).toBe(aud)
  })

  it('is a 401 with exactly these headers if X-Requested-With is XMLHttpRequest [U15]', async () => {
    const headers = { 'x-requested-with': 'XMLHttpRequest' }
    const response = await off.fetch(`${APP}/api/whoami`, { headers })
    expect(response.status).toBe(401)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/html; charset=UTF-8',
      'www-authenticate': `Cloudflare-Access resource_metadata="${METADATA}/api/whoami"`,
      'access-control-allow-headers': 'x-requested-with',
      'access-control-allow-credentials': 'true',
      'cf-ray': expect.stringMatching(/^[0-9a-f]{16}$/),
      'x-emulator': 'access-oauth-emulator',
      'x-emulator-event': expect.stringMatching(/\/_emulator\/console\/events\?ray=[0-9a-f]{16}$/),
    })
    expect(await response.text()).toBe('<head><title>401 Unauthorized</title></head>')
  })

  it('is a 401 for such a POST request too [U15]', async () => {
    const headers = { 'x-requested-with': 'XMLHttpRequest' }
    const response = await off.fetch(`${APP}/api/whoami`, { method: 'POST', headers })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('Cloudflare-Access ')
  })

  it('lets a browser log in, whose scripts then use its cookie', async () => {
    const person = await new Person(off.fetch).open(`${APP}/whoami`)
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, url: `${APP}/whoami` })
    const headers = { 'x-requested-with': 'XMLHttpRequest', cookie: person.cookies('localhost') }
    expect((await off.fetch(`${APP}/whoami`, { headers })).status).toBe(200)
  })
})

it('While Managed OAuth is on, XMLHttpRequest gets the Bearer challenge (assumed)', async () => {
  const headers = { 'x-requested-with': 'XMLHttpRequest' }
  const response = await on.fetch(`${APP}/api/whoami`, { headers })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="OAuth"/)
})

describe('Switching Managed OAuth', () => {
  it.each([
    ['oauth_configuration left out', { oauth_configuration: undefined }, 302],
    ['enabled: false', { oauth_configuration: { enabled: false } }, 302],
    ['enabled: true', { oauth_configuration: { enabled: true } }, 401],
    ['an empty oauth_configuration', { oauth_configuration: {} }, 401],
  ])('follows oauth_configuration: %s', async (_, changes, status) => {
    const { fetch } = emulator({ APPLICATIONS: [application(changes)] })
    expect((await fetch(`${APP}/mcp`)).status).toBe(status)
  })

  it('off and on again takes effect at the next request, and leaves grants unchanged', async () => {
    await on.signIn(ADA)
    const { tokens } = await new Client(on.fetch).connect()
    const status = async ({ fetch }: typeof on) =>
      (await new Client(fetch).request('/whoami', tokens.access_token)).status
    expect([await status(on), await status(off), await status(on)]).toEqual([200, 302, 200])
  })

  it('changes challenge and metadata together [U1, U10, M5-M8, M10, M11]', async () => {
    const surface = async ({ fetch }: typeof on) => ({
      challenge: (await fetch(`${APP}/mcp`)).headers.get('www-authenticate')?.split(' ')[0],
      own: (await fetch(METADATA)).status,
      standard: (await fetch(`${APP}/.well-known/oauth-protected-resource`)).status,
      server: (await fetch(`${APP}/.well-known/oauth-authorization-server`)).status,
    })
    const isOn = { challenge: 'Bearer', own: 200, standard: 200, server: 200 }
    const isOff = { challenge: 'Cloudflare-Access', own: 200, standard: 302, server: 302 }
    expect([await surface(on), await surface(off), await surface(on)]).toEqual([isOn, isOff, isOn])
  })

  it('is per application: one is off beside another that is on', async () => {
    const { fetch } = emulator({
      APPLICATIONS: [application(), { ...OFF, name: 'Off', domain: 'localhost/off' }],
    })
    expect((await fetch(`${APP}/mcp`)).status).toBe(401)
    expect((await fetch(`${APP}/off/mcp`)).status).toBe(302)
  })

  it('off refuses the next authorization [A3], before any login', async () => {
    const { client_id } = await new Client(on.fetch).register()
    const response = await new Client(off.fetch).authorization(client_id)
    expect(response.status).toBe(302)
    expect(Object.fromEntries(redirectOf(response).parameters)).toEqual({
      error: 'invalid_target',
      error_description: 'OAuth not enabled for the targeted resource',
      state: 'the-state',
    })
  })

  it('off refuses an authorization whose consent page is open [A3]', async () => {
    const client = new Client(on.fetch)
    const { client_id } = await client.register()
    let { fetch } = on
    const person = new Person((url, init) => fetch(url, init))
    await person.open(await client.authorizationUrl(client_id))
    await person.press('ada@example.com')
    fetch = off.fetch
    await person.press('allow')
    expect(person.callback?.searchParams.get('error')).toBe('invalid_target')
    expect(person.callback?.searchParams.get('code')).toBeNull()
  })

  it('off everywhere makes registration a 404 [R7], until it is on again', async () => {
    expect((await new Client(off.fetch).registration()).status).toBe(404)
    expect((await new Client(on.fetch).registration()).status).toBe(201)
  })
})
