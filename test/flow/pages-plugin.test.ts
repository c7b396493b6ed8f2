import cloudflareAccess, { type PluginArgs } from '@cloudflare/pages-plugin-cloudflare-access'
import { decodeJwt, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client } from '../support/client'
import { ADA, application, emulator, stopClock } from '../support/emulator'
import { Person } from '../support/person'

stopClock()

// Over https as in production; the addresses that the plugin fetches are routed to the emulator. The
// plugin itself is as npm has it; only its types insist on a host of Cloudflare's.
const TEAM = 'https://team.example'
const APP = 'https://app.example'
const AUD = '0123456789abcdef'.repeat(4)
const SERVICE = { client_id: 'machine.access', client_secret: 'a-secret' }

const plugin = cloudflareAccess({ domain: TEAM as PluginArgs['domain'], aud: AUD })

/** The application: a Pages Function behind Access, as in the plugin's own documentation. */
function origin(request: Request): Promise<Response> {
  const data: Record<string, unknown> = {}
  const context = {
    request,
    data,
    functionPath: '',
    params: {},
    env: {},
    waitUntil() {},
    passThroughOnException() {},
    async next() {
      const { JWT } = data.cloudflareAccess as {
        JWT: { payload: object; getIdentity(): Promise<unknown> }
      }
      return Response.json({ payload: JWT.payload, identity: await JWT.getIdentity() })
    },
  }
  return Promise.resolve(plugin(context as never))
}

const world = emulator({
  TEAM_DOMAIN: 'team.example',
  LOCAL_HOSTS: ['team.example', 'app.example', 'other.example'],
  ACCESS_PATH: '/cdn-cgi/access',
  ORIGIN: { fetch: origin },
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

beforeEach(async () => {
  await world.reset()
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) =>
    url.startsWith(TEAM) ? world.fetch(url, init) : Promise.reject(new Error(`nothing at ${url}`)),
  )
})
afterEach(() => {
  vi.unstubAllGlobals()
})

describe("Cloudflare's own plugin for Access, at the origin", () => {
  it('accepts the assertion of an access token of Managed OAuth [O1, O7]', async () => {
    await world.signIn(ADA)
    const { tokens } = await client.connect()
    const response = await client.request('/mcp', tokens.access_token)
    expect(response.status).toBe(200)
    const { payload } = (await response.json()) as { payload: object }
    expect(payload).toMatchObject({ email: ADA.email, iss: TEAM, aud: [AUD] })
  })

  it('accepts the assertion of a browser, and gets its identity [O16]', async () => {
    const person = await new Person(world.fetch, ['app.example', 'team.example']).open(APP)
    await person.press('ada@example.com')
    expect(person.page?.status).toBe(200)
    expect(JSON.parse(person.page?.html.text ?? '')).toMatchObject({
      payload: { email: ADA.email },
      identity: { email: ADA.email, idp: { type: expect.any(String) } },
    })
  })

  it('accepts the assertion of a service token, which names no person [O8, O13]', async () => {
    const response = await byService()
    expect(response.status).toBe(200)
    const { payload } = (await response.json()) as { payload: object }
    expect(payload).toMatchObject({ common_name: 'machine.access', sub: '', aud: AUD })
    expect(payload).not.toHaveProperty('email')
  })

  it('finds the key after every rotation [O11]', async () => {
    for (let rotations = 0; rotations < 3; rotations++) {
      expect((await byService()).status).toBe(200)
      await world.rotateKeys()
    }
    expect((await byService()).status).toBe(200)
  })

  it('refuses an assertion with a foreign signature', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const good = await assertion()
    expect((await arrival(good)).status).toBe(200)
    const { kid } = JSON.parse(atob(good.split('.')[0] ?? ''))
    const forged = await new SignJWT(decodeJwt(good))
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey)
    expect((await arrival(forged)).status).toBe(302)
  })

  it('refuses an assertion that was changed', async () => {
    const [header, payload, signature] = (await assertion()).split('.')
    const claims = { ...JSON.parse(atob(payload ?? '')), sub: 'somebody-else' }
    const changed = [header, btoa(JSON.stringify(claims)).replaceAll('=', ''), signature].join('.')
    expect((await arrival(changed)).status).toBe(302)
  })

  it('refuses the assertion of another application [T20]', async () => {
    await world.signIn(ADA)
    const person = new Person(world.fetch, ['other.example', 'team.example'])
    await person.open('https://other.example/')
    const cookie = person.cookies('other.example').match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
    expect((await arrival(cookie)).status).toBe(302)
  })

  it('refuses an assertion that has expired', async () => {
    const old = await assertion()
    const now = Date.now()
    vi.setSystemTime(now + (24 * 3600 + 2) * 1000)
    const response = await arrival(old)
    vi.setSystemTime(now)
    expect(response.status).toBe(302)
  })

  it('never receives a forged assertion of a client [O5]', async () => {
    const forged = { 'cf-access-jwt-assertion': 'a.b.c' }
    const { payload } = (await (await byService(forged)).json()) as { payload: object }
    expect(payload).toMatchObject({ common_name: 'machine.access' })
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

/** A valid assertion, from the cookie that a service token receives. */
async function assertion(): Promise<string> {
  const cookie = (await byService()).headers.get('set-cookie')
  return cookie?.match(/CF_Authorization=([^;]+)/)?.[1] ?? ''
}

/** A request that reaches the origin past Access. */
function arrival(jwt: string): Promise<Response> {
  return origin(new Request(APP, { headers: { 'cf-access-jwt-assertion': jwt } }))
}
