import { cloudflareAccess } from '@hono/cloudflare-access'
import { Hono } from 'hono'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { ADA, application, emulator } from '../support/emulator'
import { Person } from '../support/person'

// The middleware takes the name of a team and knows https://<name>.cloudflareaccess.com only. So
// the emulator is that team here, over https as in production, and the one address that the
// middleware fetches is routed to it. The middleware itself is as npm has it.
const TEAM = 'https://team.cloudflareaccess.com'
const CERTS = `${TEAM}/cdn-cgi/access/certs`
const APP = 'https://app.example'
const AUD = '0123456789abcdef'.repeat(4)
const SERVICE = { client_id: 'machine.access', client_secret: 'a-secret' }

/** The application: what a Worker behind Access does by the middleware's own documentation. */
const origin = new Hono()
  .use(cloudflareAccess('team', AUD))
  .all('*', (c) => c.json(c.get('accessPayload')))

const world = emulator({
  TEAM_DOMAIN: 'team.cloudflareaccess.com',
  ACCESS_PATH: '/cdn-cgi/access',
  ORIGIN: { fetch: (request: Request) => origin.fetch(request) },
  SERVICE_TOKENS: [{ id: 'machine', name: 'Machine', ...SERVICE }],
  APPLICATIONS: [
    application({
      aud: AUD,
      domain: 'app.example',
      policies: [
        {
          name: 'People',
          decision: 'allow',
          include: [{ email_domain: { domain: 'example.com' } }],
        },
        {
          name: 'Machines',
          decision: 'non_identity',
          include: [{ service_token: { token_id: 'machine' } }],
        },
      ],
    }),
    application({ name: 'Other', domain: 'other.example' }),
  ],
})
const client = new Client(world.fetch, APP, TEAM)
let fetched: string[] = []

beforeEach(async () => {
  await world.reset()
  fetched = []
  vi.stubGlobal('fetch', (url: string) => {
    fetched.push(url)
    return url === CERTS ? world.fetch(url) : Promise.reject(new Error(`nothing is at ${url}`))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe("Hono's own middleware for Access, at the origin", () => {
  it('admits whom a Managed OAuth access token admits [O1, O7]', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    const response = await client.request('/mcp', tokens.access_token)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ email: ADA.email, iss: TEAM, aud: [AUD] })
  })

  it('admits a browser by its cookie [O16]', async () => {
    const hosts = ['app.example', 'team.cloudflareaccess.com']
    const person = await new Person(world.fetch, hosts).open(`${APP}/page`)
    await person.press('ada@example.com')
    expect(person.page).toMatchObject({ status: 200, url: `${APP}/page` })
    expect(JSON.parse(person.page?.html.text ?? '')).toMatchObject({ email: ADA.email })
  })

  it('admits a service token, whose assertion names no person [O8, O13]', async () => {
    const response = await byService()
    expect(response.status).toBe(200)
    const payload = await response.json()
    expect(payload).toMatchObject({ common_name: 'machine.access', sub: '', aud: AUD })
    expect(payload).not.toHaveProperty('email')
  })

  it('asks for the keys once, and again after a rotation [O11]', async () => {
    const fresh = new Hono().use(cloudflareAccess('team', AUD)).all('*', (c) => c.text('in'))
    /** The answer, and how often it asked for the keys. */
    const ask = async () => {
      const headers = { 'cf-access-jwt-assertion': await assertion() }
      fetched = []
      const { status } = await fresh.request('/', { headers })
      return [status, fetched.length]
    }
    expect(await ask()).toEqual([200, 1])
    expect(await ask()).toEqual([200, 0])
    // Two keys are published: the next one is known before it signs, the one after that is not.
    await world.rotateKeys()
    expect(await ask()).toEqual([200, 0])
    await world.rotateKeys()
    expect(await ask()).toEqual([200, 1])
  })

  it('refuses a request that did not come through Access', async () => {
    expect(await refusalOf({})).toBe('Authentication error: Missing bearer token')
  })

  it('refuses an assertion that somebody else has signed', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const good = await assertion()
    const { kid } = JSON.parse(atob(good.split('.')[0] ?? ''))
    const forged = await new SignJWT(decodeJwt(good))
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey)
    expect(await refusalOf({ 'cf-access-jwt-assertion': forged })).toContain('Invalid Token')
  })

  it('refuses an assertion that was changed', async () => {
    const [header, payload, signature] = (await assertion()).split('.')
    const claims = { ...JSON.parse(atob(payload ?? '')), sub: 'somebody-else' }
    const changed = [header, btoa(JSON.stringify(claims)).replaceAll('=', ''), signature].join('.')
    expect(await refusalOf({ 'cf-access-jwt-assertion': changed })).toContain('Invalid Token')
  })

  it('refuses the assertion of another application [T20]', async () => {
    await world.signIn(ADA)
    const person = new Person(world.fetch, ['other.example', 'team.cloudflareaccess.com'])
    await person.open('https://other.example/')
    const cookie = person.cookies('other.example').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
    const headers = { 'cf-access-jwt-assertion': cookie }
    expect(await refusalOf(headers)).toContain('Invalid token audience')
  })

  it('refuses an assertion that is over', async () => {
    const headers = { 'cf-access-jwt-assertion': await assertion() }
    // The middleware tolerates half a minute.
    vi.setSystemTime(Date.now() + (24 * 3600 + 32) * 1000)
    expect(await refusalOf(headers)).toContain('Token is expired')
  })

  it('never sees what a client sends in place of the assertion [O5]', async () => {
    const forged = { 'cf-access-jwt-assertion': 'a.b.c' }
    const response = await byService(forged)
    expect(await response.json()).toMatchObject({ common_name: 'machine.access' })
    expect((await client.request('/', undefined, forged)).status).toBe(401)
  })
})

function byService(headers: Record<string, string> = {}): Promise<Response> {
  return client.request('/', undefined, {
    'cf-access-client-id': SERVICE.client_id,
    'cf-access-client-secret': SERVICE.client_secret,
    ...headers,
  })
}

/** A good assertion, out of the cookie that a service token is given. */
async function assertion(): Promise<string> {
  const cookie = (await byService()).headers.get('set-cookie')
  return cookie?.match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
}

/** What the origin says to who reaches it past Access. */
async function refusalOf(headers: Record<string, string>): Promise<string> {
  const response = await origin.request('/', { headers })
  expect(response.status).toBe(401)
  return response.text()
}
