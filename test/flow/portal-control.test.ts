import { parse } from 'node-html-parser'
import { describe, expect, it } from 'vitest'
import { Client } from '../support/client'
import { controlOf } from '../support/control'
import { ADA, APP, emulator, GRACE, stopClock, TEAM } from '../support/emulator'
import type { UpstreamOAuth } from '../support/oauth-upstream'
import {
  atServers,
  connectToPortal,
  ENDPOINT,
  EVERYBODY,
  finishServers,
  onlyFor,
  type Policy,
  PortalAdmin,
  PortalClient,
  portalWithOAuth,
  useUpstreams,
} from '../support/portal'
import { credentials, SERVICE_AUTH, serviceToken } from '../support/service-token'
import { methodsOf } from '../support/upstreams'

stopClock()

const { advance, fetch, reset, signIn, events } = emulator({ SERVICE_TOKENS: [serviceToken()] })
const admin = new PortalAdmin(fetch)
const send = controlOf(fetch)
const DOCS = 'https://docs.example.net'

const upstream = useUpstreams(reset, 'docs', 'mail', 'wiki')

async function read(path: string) {
  const response = await send('GET', path)
  expect([path, response.status]).toEqual([path, 200])
  return response.json()
}

async function act(method: string, path: string): Promise<Record<string, unknown>> {
  const response = await send(method, path)
  const body = (await response.json()) as Record<string, unknown>
  return { httpStatus: response.status, ...body }
}

type Sight = {
  admitted: boolean
  why: string
  servers: { id: string; hidden_because: string | null; why: string }[]
  tools: string[]
}
const sight = (who: string) => read(`portals/tools/sees?${who}`) as Promise<Sight>
const reasons = ({ servers }: Pick<Sight, 'servers'>) =>
  Object.fromEntries(servers.map(({ hidden_because, id }) => [id, hidden_because]))

/** The portal with the server docs, whose authorization server the test can change. */
const docsWithOAuth = (mapping?: object, policies?: Policy[]) =>
  portalWithOAuth(admin, upstream.docs, { mapping, policies })

/** Signs an administrator in, as the dashboard's button "Authenticate server" does. */
async function authenticate(oauth: UpstreamOAuth) {
  const { url } = await act('POST', 'upstreams/docs/admin-grant')
  return fetch(oauth.allow(new URL(String(url))))
}

describe('GET /_emulator/portals/{id}/sees', () => {
  it('gives the reason for each server: no application, no policy, refused, not ready', async () => {
    await admin.server('docs', {}, null)
    await admin.server('mail', {}, [])
    await admin.server('wiki', {}, [onlyFor(ADA.email)])
    await admin.server('good')
    await admin.portal(['docs', 'mail', 'wiki', 'good'].map((server_id) => ({ server_id })))
    const grace = await sight(`email=${GRACE.email}`)
    expect(reasons(grace)).toEqual({
      docs: 'no-application',
      mail: 'no-policy',
      wiki: 'refused',
      good: 'not-ready',
    })
    expect(grace.servers[2]?.why).toContain('email ada@example.com')
    expect(grace.servers[3]?.why).toContain('Its status is error')
    const ada = await sight(`email=${ADA.email}`)
    expect(reasons(ada)).toMatchObject({ wiki: null })
    expect(ada.tools).toEqual(['wiki_search', 'wiki_read', 'wiki_fail'])
  })

  it('says whether the portal itself admits the person, and sends nothing to the servers', async () => {
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }], {}, [onlyFor(ADA.email)])
    upstream.docs.received.length = 0
    expect(await sight(`email=${GRACE.email}`)).toMatchObject({ admitted: false })
    expect(await sight(`email=${ADA.email}`)).toMatchObject({ admitted: true })
    expect(upstream.docs.received).toEqual([])
  })

  it('names the sign-in that a person needs, and what a service token lacks', async () => {
    const oauth = await docsWithOAuth({}, [EVERYBODY, SERVICE_AUTH])
    await authenticate(oauth)
    expect(reasons(await sight(`email=${ADA.email}`))).toEqual({ docs: 'not-connected' })
    const token = encodeURIComponent(serviceToken().name)
    expect(reasons(await sight(`service_token=${token}`))).toEqual({ docs: 'needs-a-person' })
  })

  it.each(['', 'email=ada@example.com&service_token=ci', 'email=nobody'])(
    'refuses the query "%s"',
    async (query) => {
      await admin.portal([])
      expect(await act('GET', `portals/tools/sees?${query}`)).toMatchObject({ httpStatus: 400 })
    },
  )

  it('is 404 for another portal', async () => {
    expect(await act('GET', 'portals/none/sees?email=ada@example.com')).toMatchObject({
      httpStatus: 404,
    })
  })
})

describe('GET /_emulator/portals', () => {
  it('lists the clients of two people, each with its own switches and reasons', async () => {
    await admin.server('docs')
    await admin.server('mail', {}, [onlyFor(ADA.email)])
    await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
    for (const email of [ADA.email, GRACE.email]) {
      await signIn({ email })
      const { access_token: token } = await connectToPortal(fetch)
      const session = PortalClient.of(fetch, token, '2025-11-25')
      await session.initialize()
      if (email === ADA.email) {
        const docsOff = { server_id: 'docs', action: 'untoggle' }
        await session.call('portal_toggle_single_server', docsOff)
        const mailOff = { server_id: 'mail', action: 'untoggle' }
        await PortalClient.of(fetch, token).call('portal_toggle_single_server', mailOff)
      }
    }
    const { portals } = (await read('portals')) as {
      portals: { url: string; callers: (Pick<Sight, 'servers'> & Record<string, unknown>)[] }[]
    }
    expect(portals[0]?.url).toBe(ENDPOINT)
    const callers = portals[0]?.callers.map((each) => [each.email, each.session, reasons(each)])
    expect(callers).toEqual([
      [ADA.email, undefined, { docs: null, mail: 'switched-off' }],
      [ADA.email, '2025-11-25', { docs: 'switched-off', mail: null }],
      [GRACE.email, '2025-11-25', { docs: null, mail: 'refused' }],
    ])
  })
})

describe('GET /_emulator/portals, the reasons', () => {
  async function callers() {
    const { portals } = (await read('portals')) as {
      portals: { callers: (Pick<Sight, 'servers'> & Record<string, unknown>)[] }[]
    }
    return portals[0]?.callers ?? []
  }

  it('apply the current policies to a service token, because it has no grant [MP35]', async () => {
    await admin.server('docs', {}, [SERVICE_AUTH])
    await admin.server('mail')
    const servers = ['docs', 'mail'].map((server_id) => ({ server_id, on_behalf: false }))
    await admin.portal(servers, {}, [SERVICE_AUTH])
    const machine = new PortalClient(fetch, credentials(), '2025-11-25')
    await machine.initialize()
    const [caller] = await callers()
    expect(caller?.service_token).toBe(serviceToken().name)
    expect(caller && reasons(caller)).toEqual({ docs: null, mail: 'refused' })
  })

  it('say that the person has signed in, only for a server that requires it', async () => {
    const oauth = await docsWithOAuth()
    await authenticate(oauth)
    await admin.server('mail')
    await admin.put('portals/tools', { servers: [{ server_id: 'docs' }, { server_id: 'mail' }] })
    const at = await atServers(fetch, ADA)
    await at.person.press('connect docs')
    await at.person.open(oauth.allow(at.person.callback))
    await finishServers(fetch, at)
    const [caller] = await callers()
    const signedIn = caller?.servers.map(({ id, why }) => [id, why.includes('has signed in')])
    expect(signedIn).toEqual([
      ['docs', true],
      ['mail', false],
    ])
  })
})

describe('GET /_emulator/upstreams/{id}/catalogue', () => {
  it('compares what is stored with what the server lists now, and stores nothing [MP46]', async () => {
    await admin.server('docs')
    upstream.docs.define = (server) => {
      server.registerTool('read', { description: 'New.' }, () => ({ content: [] }))
      server.registerTool('write', {}, () => ({ content: [] }))
      server.registerResource('page', 'note://page', {}, () => ({ contents: [] }))
    }
    expect(await read('upstreams/docs/catalogue')).toMatchObject({
      failure: null,
      tools: {
        added: ['write'],
        removed: ['search', 'fail'],
        changed: [{ name: 'read', members: ['description'] }],
      },
      prompts: { added: [], removed: [], changed: [] },
      resources: ['note://page'],
    })
    expect((await admin.read('servers/docs')).tools).toHaveLength(3)
  })

  it('says why a server cannot be compared', async () => {
    await admin.server('docs')
    upstream.docs.respond = () => new Response('down', { status: 503 })
    const { failure } = (await read('upstreams/docs/catalogue')) as { failure: string }
    expect(failure).toContain('503')
    expect(await admin.read('servers/docs')).toMatchObject({ status: 'ready' })
  })
})

describe('POST /_emulator/upstreams/{id}/sync', () => {
  it('reads the catalogue again', async () => {
    await admin.server('docs')
    upstream.docs.define = (server) => {
      server.registerTool('only', {}, () => ({ content: [] }))
    }
    expect(await act('POST', 'upstreams/docs/sync')).toMatchObject({ status: 'ready', tools: 1 })
    expect((await admin.read('servers/docs')).tools).toHaveLength(1)
  })
})

describe('The sign-in of an administrator ("Authenticate server")', () => {
  it('makes the server ready and connected, with the tokens of the dashboard callback [MP20, MP67]', async () => {
    const oauth = await docsWithOAuth({ on_behalf: false })
    const { url } = await act('POST', 'upstreams/docs/admin-grant')
    const authorization = new URL(String(url))
    const callback = `${TEAM}/0123456789abcdef0123456789abcdef/one/access-controls/ai-controls/mcp-server/oauth-callback/docs`
    expect(authorization.searchParams.get('redirect_uri')).toBe(callback)
    expect(oauth.registered[0]?.redirect_uris).toContain(callback)
    const back = await fetch(oauth.allow(authorization))
    expect([back.status, back.headers.get('location')]).toEqual([
      302,
      `${APP}/_emulator/console/portals`,
    ])
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'ready',
      authentication_status: 'connected',
    })
  })

  it('accepts its state once, and none that it did not make', async () => {
    const oauth = await docsWithOAuth()
    const { url } = await act('POST', 'upstreams/docs/admin-grant')
    const address = oauth.allow(new URL(String(url)))
    expect((await fetch(address)).status).toBe(302)
    expect((await fetch(address)).status).toBe(400)
    expect((await fetch(address.replace(/state=[^&]+/, 'state=made-up'))).status).toBe(400)
  })

  it('ends at a page with the reason if the server refuses', async () => {
    const oauth = await docsWithOAuth()
    oauth.refuses = 'invalid_client'
    const refused = await authenticate(oauth)
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('invalid_client')
    const { url } = await act('POST', 'upstreams/docs/admin-grant')
    const { redirect_uri: callback, state } = Object.fromEntries(new URL(String(url)).searchParams)
    const denied = await fetch(`${callback}?error=access_denied&state=${state}`)
    expect(denied.status).toBe(403)
    expect(await denied.text()).toContain('access_denied')
    expect(await admin.read('servers/docs')).toMatchObject({ status: 'waiting' })
  })

  it('is 50003 if the server does not register the portal, and 400 for a server without OAuth', async () => {
    await admin.server('docs', { auth_type: 'oauth' })
    expect(await act('POST', 'upstreams/docs/admin-grant')).toMatchObject({
      httpStatus: 400,
      error_description: expect.stringContaining('50003 Registration was not successful'),
    })
    await admin.server('mail')
    expect(await act('POST', 'upstreams/mail/admin-grant')).toMatchObject({ httpStatus: 400 })
  })
})

describe('DELETE /_emulator/upstreams/{id}/admin-grant', () => {
  it('ends the grant silently: the server is stale at its next sync, and hidden [MP20, MP59]', async () => {
    const oauth = await docsWithOAuth({ on_behalf: false })
    await authenticate(oauth)
    expect(await act('DELETE', 'upstreams/docs/admin-grant')).toMatchObject({ expired: 'docs' })
    expect(await admin.read('servers/docs')).toMatchObject({ status: 'ready' })
    await advance('2h')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'stale',
      authentication_status: 'stale',
    })
    expect(reasons(await sight(`email=${ADA.email}`))).toEqual({ docs: 'not-ready' })
    expect(await act('DELETE', 'upstreams/docs/admin-grant')).toMatchObject({ expired: 'docs' })
  })

  it('is refused if nobody has signed in', async () => {
    await docsWithOAuth()
    expect(await act('DELETE', 'upstreams/docs/admin-grant')).toMatchObject({ httpStatus: 400 })
  })
})

describe("The portal's client at a server", () => {
  it('is forgotten by the server: the portal is unknown there, and does not register again [MP71]', async () => {
    const oauth = await docsWithOAuth()
    await authenticate(oauth)
    expect(await act('DELETE', 'upstreams/docs/client')).toMatchObject({ forgotten: 'portal' })
    const { url } = await act('POST', 'upstreams/docs/admin-grant')
    expect(new URL(String(url)).searchParams.get('client_id')).toMatch(/^forgotten-/)
    expect(oauth.registered).toHaveLength(1)
  })

  it('is registered again on request', async () => {
    const oauth = await docsWithOAuth()
    await authenticate(oauth)
    await act('DELETE', 'upstreams/docs/client')
    expect(await act('POST', 'upstreams/docs/client')).toMatchObject({ client_id: 'portal' })
    expect(oauth.registered).toHaveLength(2)
  })

  it('is deleted if the server is this emulator', async () => {
    await admin.server('demo', { auth_type: 'oauth', hostname: `${APP}/mcp` })
    expect(await act('POST', 'upstreams/demo/admin-grant')).toHaveProperty('url')
    const { forgotten } = await act('DELETE', 'upstreams/demo/client')
    const { clients } = (await read('clients')) as { clients: { id: string }[] }
    expect(clients.map(({ id }) => id)).not.toContain(forgotten)
    const { url } = await act('POST', 'upstreams/demo/admin-grant')
    expect(new URL(String(url)).searchParams.get('client_id')).toBe(forgotten)
  })

  it('is registered again after invalid_client with the quirk upstream-registers-again only [MP71]', async () => {
    const oauth = await docsWithOAuth()
    await act('POST', 'upstreams/docs/admin-grant')
    for (const [on, registrations] of [
      [false, 1],
      [true, 2],
    ] as const) {
      await send('PUT', 'quirks/upstream-registers-again', { on })
      oauth.refuses = 'invalid_client'
      expect((await authenticate(oauth)).status).toBe(403)
      oauth.refuses = undefined
      await act('POST', 'upstreams/docs/admin-grant')
      expect(oauth.registered).toHaveLength(registrations)
    }
  })

  it('stays in this emulator if another server has a client with its id', async () => {
    const { client_id: clientId } = await new Client(fetch).register()
    const oauth = await docsWithOAuth()
    oauth.clientId = clientId
    await authenticate(oauth)
    expect(await act('DELETE', 'upstreams/docs/client')).toMatchObject({ forgotten: clientId })
    const { clients } = (await read('clients')) as { clients: { id: string }[] }
    expect(clients.map(({ id }) => id)).toContain(clientId)
  })

  it.each([
    ['DELETE', 'the portal has not registered a client'],
    ['POST', 'was configured by the administrator'],
  ])("is the administrator's if configured, so %s is refused", async (method, reason) => {
    const auth_credentials = JSON.stringify({
      auth_mode: 'manual',
      config: { authorization_endpoint: `${DOCS}/authorize`, token_endpoint: `${DOCS}/token` },
      registration_info: { client_id: 'configured', token_endpoint_auth_method: 'none' },
    })
    await admin.server('docs', { auth_type: 'oauth', auth_credentials, client_secret: 's' })
    const before = await admin.read('servers/docs')
    expect(await act(method, 'upstreams/docs/client')).toMatchObject({
      httpStatus: 400,
      error_description: expect.stringContaining(reason),
    })
    expect(await admin.read('servers/docs')).toEqual(before)
  })

  it('is refused without a client of the portal', async () => {
    await docsWithOAuth()
    expect(await act('DELETE', 'upstreams/docs/client')).toMatchObject({ httpStatus: 400 })
    await admin.server('mail')
    expect(await act('POST', 'upstreams/mail/client')).toMatchObject({ httpStatus: 400 })
  })
})

describe('Every request to a server', () => {
  it('is an event with its method, tool and status, without the credential', async () => {
    const secret = 'the-bearer-secret'
    await admin.server('docs', { auth_type: 'bearer', auth_credentials: secret })
    await admin.portal([{ server_id: 'docs' }])
    await signIn(ADA)
    const { access_token: token } = await connectToPortal(fetch)
    upstream.docs.received.length = 0
    await PortalClient.of(fetch, token).text('docs_read', { note: 'the-argument' })
    const sent = (await events()).filter(({ kind }) => kind === 'upstream-request')
    expect(sent.at(-1)).toMatchObject({
      server: 'docs',
      mcpMethod: 'tools/call',
      mcpName: 'read',
      credential: 'sent',
      responseStatus: 200,
    })
    const own = sent.slice(-upstream.docs.received.length).map(({ mcpMethod }) => mcpMethod)
    expect(own).toEqual(methodsOf(upstream.docs))
    expect(JSON.stringify(sent)).not.toMatch(/the-bearer-secret|the-argument/)
  })
})

describe('The page of portals', () => {
  async function page(query = '', init: RequestInit = {}) {
    const response = await fetch(`${APP}/_emulator/console/portals${query}`, init)
    expect(response.status).toBe(200)
    return parse(await response.text())
  }
  const form = (fields: Record<string, string>): RequestInit => ({
    method: 'POST',
    headers: { origin: APP, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })

  it('says so if there is no portal', async () => {
    expect((await page()).querySelector('main')?.text).toContain('No MCP server portal')
  })

  it('shows servers, callers with reasons, what Grace would see, and the requests', async () => {
    await admin.server('docs')
    await admin.server('mail', {}, [onlyFor(ADA.email)])
    await admin.portal([{ server_id: 'docs' }, { server_id: 'mail' }])
    await signIn(ADA)
    const { access_token: token } = await connectToPortal(fetch)
    await PortalClient.of(fetch, token).text('docs_read')
    const root = await page(`?who=${encodeURIComponent(`email:${GRACE.email}`)}`)
    const text = (id: string) => root.querySelector(`#${id}`)?.text ?? ''
    expect(text('callers')).toContain(ADA.email)
    expect(text('sight')).toContain('docs_read')
    expect(text('sight')).not.toContain('mail_read')
    expect(text('sight')).toContain('matches grace@example.com')
    expect(text('sent')).toContain('tools/call read')
    const numbers = root
      .querySelectorAll('#sent a')
      .map((each) => Number(each.getAttribute('href')?.split('/').at(-1)))
    expect(numbers.length).toBeGreaterThan(1)
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a))
    expect(text('server-docs')).toContain('ready')
  })

  it('shows the difference of a catalogue, without the script too', async () => {
    await admin.server('docs')
    await admin.portal([{ server_id: 'docs' }])
    upstream.docs.define = (server) => {
      server.registerTool('brand-new', {}, () => ({ content: [] }))
    }
    const root = await page('', form({ compare: 'docs' }))
    expect(root.querySelector('.difference')?.text).toContain('brand-new')
  })

  it('leads an administrator to the server, from the console only', async () => {
    await docsWithOAuth()
    const path = `${APP}/_emulator/console/authenticate`
    const response = await fetch(path, form({ server: 'docs' }))
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toContain(`${DOCS}/authorize?`)
    const foreign = { ...form({ server: 'docs' }), headers: { origin: 'https://evil.example' } }
    expect((await fetch(path, foreign)).status).toBe(403)
  })
})
