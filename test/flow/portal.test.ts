import { beforeEach, describe, expect, it } from 'vitest'
import { bearer } from '../support/client'
import { ADA, emulator, stopClock } from '../support/emulator'
import { messagesOf } from '../support/event-stream'
import { NAVIGATION } from '../support/person'
import {
  connected,
  connectToPortal,
  ENDPOINT,
  PORTAL,
  PortalAdmin,
  PortalClient,
  useUpstreams,
} from '../support/portal'
import { methodsOf } from '../support/upstreams'

stopClock()

const { advance, fetch, reset, signIn, events } = emulator()
const admin = new PortalAdmin(fetch)

const upstream = useUpstreams(reset, 'docs', 'mail')
beforeEach(() => signIn(ADA))

const PORTAL_TOOLS = ['portal_list_servers', 'portal_toggle_servers', 'portal_toggle_single_server']

async function twoServers(docs: object = {}, mail: object = {}) {
  await admin.server('docs')
  await admin.server('mail')
  await admin.portal([
    { server_id: 'docs', ...docs },
    { server_id: 'mail', ...mail },
  ])
}

describe('The endpoint of a portal', () => {
  beforeEach(() => twoServers())

  it('is 401 with a Bearer challenge without a token [MP25]', async () => {
    const response = await fetch(ENDPOINT, { method: 'POST' })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer .*resource_metadata="http:\/\/tools\.example\.com:8788\/\.well-known\/[\w-]+\/mcp"/,
    )
  })

  it('has the metadata of a Managed OAuth application [MP26]', async () => {
    const read = async (path: string) => (await fetch(PORTAL + path)).json()
    const resource = await read('/.well-known/oauth-protected-resource/mcp')
    expect(resource).toMatchObject({ resource: PORTAL })
    expect(await read('/.well-known/oauth-authorization-server')).toMatchObject({
      registration_endpoint: expect.stringContaining('/oauth/registration'),
    })
  })

  it('issues tokens for 900 s, whose refresh rotates [MP28]', async () => {
    const tokens = await connectToPortal(fetch)
    expect(tokens.expires_in).toBe(900)
  })

  it('says that the session has expired to an expired or unknown token [MP29]', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    await advance('16m')
    for (const each of [token, 'oauth:unknown']) {
      const response = await fetch(ENDPOINT, { method: 'POST', headers: bearer(each) })
      expect(response.status).toBe(401)
      expect(await response.text()).toContain('Session expired, please reauthenticate')
    }
  })

  it('responds to a browser with an invalid-token error, not with a login [MP57]', async () => {
    const response = await fetch(ENDPOINT, { headers: NAVIGATION })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: 'invalid_token' })
  })

  it('is at /mcp only [MP57]', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    const response = await fetch(`${PORTAL}/`, { method: 'POST', headers: bearer(token) })
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('MCP endpoint not found')
  })

  it('lists the portal tools, then the tools of each server, prefixed [MP41, MP47]', async () => {
    const client = await connected(fetch)
    expect(await client.tools()).toEqual([
      ...PORTAL_TOOLS,
      ...['docs_search', 'docs_read', 'docs_fail', 'mail_search', 'mail_read', 'mail_fail'],
    ])
  })

  it('calls a tool at its server by its own name [MP42]', async () => {
    await admin.put('servers/docs', { updated_tools: [{ name: 'read', alias: 'look' }] })
    const client = await connected(fetch)
    expect(await client.text('docs_look')).toBe('docs read')
    const sent = upstream.docs.received.at(-1)
    expect(sent?.body).toMatchObject({ method: 'tools/call', params: { name: 'read' } })
    expect(sent?.headers.get('mcp-name')).toBe('read')
    expect((await client.call('docs_read')).error).toMatchObject({ code: -32602 })
  })

  it('passes a definition as it is stored, until the next sync [MP45, MP46]', async () => {
    upstream.docs.define = (server) => {
      server.registerTool('search', { description: 'New.' }, () => ({ content: [] }))
    }
    const client = await connected(fetch)
    const { result } = await client.send('tools/list')
    expect(result.tools).toContainEqual(
      expect.objectContaining({ name: 'docs_search', description: 'Of docs.' }),
    )
    expect(await client.tools()).toContain('docs_read')
    await admin.sync('docs')
    expect(await client.tools()).not.toContain('docs_read')
  })

  it('passes isError of a server unchanged [MP56]', async () => {
    const { result } = await (await connected(fetch)).call('docs_fail')
    expect(result).toMatchObject({ content: [{ type: 'text', text: 'it failed' }], isError: true })
  })

  it('names the server that is down, and serves the others', async () => {
    const client = await connected(fetch)
    upstream.docs.respond = () => new Response('down', { status: 503 })
    const { result } = await client.call('docs_read')
    expect(result.isError).toBe(true)
    expect(JSON.stringify(result.content)).toContain('docs')
    expect(await client.text('mail_read')).toBe('mail read')
  })
})

describe('A tool that is not exposed', () => {
  it('is absent, refused, and costs no request to its server [MP43]', async () => {
    await twoServers({ updated_tools: [{ name: 'read', enabled: false }] })
    const client = await connected(fetch)
    upstream.docs.received.length = 0
    expect(await client.tools()).not.toContain('docs_read')
    expect((await client.call('docs_read')).error).toMatchObject({ code: -32602 })
    expect(upstream.docs.received).toEqual([])
  })

  it.each([['error', [...PORTAL_TOOLS, 'mail_search', 'mail_read', 'mail_fail']]])(
    'is one of a server with the status %s [MP59]',
    async (_, expected) => {
      await twoServers()
      const client = await connected(fetch)
      upstream.docs.respond = () => new Response('down', { status: 503 })
      await admin.sync('docs')
      expect(await client.tools()).toEqual(expected)
    },
  )
})

describe('portal_list_servers', () => {
  beforeEach(() => twoServers())

  it('lists each server in the captured form [MP48]', async () => {
    const { result } = await (await connected(fetch)).call('portal_list_servers')
    expect(result).not.toHaveProperty('structuredContent')
    const [{ text }] = result.content as [{ text: string }]
    const lines = text.split('\n')
    expect(lines.slice(0, 5)).toEqual([
      'Available MCP Servers:',
      '',
      '- DOCS (docs): ✓ enabled',
      '- MAIL (mail): ✓ enabled',
      '',
    ])
    expect(lines[5]).toContain('portal_toggle_single_server')
  })

  it('shows a server that was switched off, in that session only [MP49]', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    const [one, other] = [0, 1].map(() => PortalClient.of(fetch, token, '2025-11-25'))
    if (!one || !other) throw new Error('no clients')
    await one.initialize()
    await other.initialize()
    const response = await one.call('portal_toggle_single_server', {
      server_id: 'docs',
      action: 'untoggle',
    })
    expect(response.notifications).toMatchObject([{ method: 'notifications/tools/list_changed' }])
    expect(await one.text('portal_list_servers')).toContain('- DOCS (docs): ✗ disabled')
    expect(await one.tools()).not.toContain('docs_read')
    expect(await other.tools()).toContain('docs_read')
    upstream.docs.received.length = 0
    expect((await one.call('docs_read')).error).toMatchObject({ code: -32602 })
    expect(upstream.docs.received).toEqual([])
    await one.call('portal_toggle_single_server', { server_id: 'docs', action: 'toggle' })
    expect(await one.tools()).toContain('docs_read')
  })

  it('of clients without sessions: the switch belongs to the grant [MP49]', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    const client = PortalClient.of(fetch, token)
    await client.call('portal_toggle_single_server', { server_id: 'docs', action: 'untoggle' })
    expect(await PortalClient.of(fetch, token).tools()).not.toContain('docs_read')
    expect(await (await connected(fetch)).tools()).toContain('docs_read')
  })
})

describe('A session', () => {
  beforeEach(() => twoServers())

  it.each(['2025-03-26', '2025-06-18', '2025-11-25'])(
    'begins with initialize: %s [MP38, MP40]',
    async (version) => {
      const client = await connected(fetch, '2025-11-25')
      const { headers, result, status } = await client.initialize({}, version)
      expect(status).toBe(200)
      expect(headers.get('mcp-session-id')).toMatch(/^[\w-]{20,}$/)
      expect(result).toMatchObject({
        protocolVersion: version,
        capabilities: { tools: { listChanged: true } },
        serverInfo: { name: 'Tools' },
      })
      expect(await client.tools()).toContain('docs_read')
    },
  )

  it('is not needed by clients of 2026, in any order with others [MP39]', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    const old = PortalClient.of(fetch, token, '2025-11-25')
    const modern = PortalClient.of(fetch, token)
    await old.initialize()
    expect((await modern.send('server/discover')).error).toBeUndefined()
    expect(await modern.tools()).toEqual(await old.tools())
    expect((await modern.send('tools/list')).headers.has('mcp-session-id')).toBe(false)
  })

  it('ends after 24 hours without a request [MP60]', async () => {
    const { access_token: token, refresh_token, clientId } = await connectToPortal(fetch)
    const client = PortalClient.of(fetch, token, '2025-11-25')
    await client.initialize()
    await advance('24h')
    const { Client } = await import('../support/client')
    const renewed = await new Client(fetch, PORTAL).refresh(clientId, refresh_token)
    const { access_token: later } = (await renewed.json()) as { access_token: string }
    const response = await client.send('tools/list', {}, bearer(later))
    expect(response.status).toBe(404)
    expect(response.error).toMatchObject({ code: expect.any(Number) })
  })

  it('ends by DELETE', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    const client = PortalClient.of(fetch, token, '2025-11-25')
    await client.initialize()
    const headers = { ...bearer(token), 'mcp-session-id': client.sessionId ?? '' }
    expect((await fetch(ENDPOINT, { method: 'DELETE', headers })).status).toBe(200)
    expect((await client.send('tools/list')).status).toBe(404)
  })

  it('notifies its open stream of a switch', async () => {
    const { access_token: token } = await connectToPortal(fetch)
    const client = PortalClient.of(fetch, token, '2025-11-25')
    await client.initialize()
    const headers = { ...bearer(token), 'mcp-session-id': client.sessionId ?? '' }
    const stream = await fetch(ENDPOINT, { headers: { ...headers, accept: 'text/event-stream' } })
    const messages = messagesOf(stream)
    const first = messages.next()
    await client.call('portal_toggle_single_server', { server_id: 'docs', action: 'untoggle' })
    expect((await first).value).toMatchObject({ method: 'notifications/tools/list_changed' })
    await messages.return(undefined)
  })
})

// The fields of the dataset mcp_portal_logs in Cloudflare's documentation.
const LOGPUSH_FIELDS =
  `ClientCountry ClientIP ColoCode Datetime Error Method PortalAUD PortalID PromptGetName
ResourceReadURI ServerAUD ServerID ServerResponseDurationMs ServerURL SessionID Success ToolCallName UserEmail
UserID`.split(/\s/)

describe('A call', () => {
  it('is one record of mcp_portal_logs, without arguments [MP77]', async () => {
    await twoServers()
    const client = await connected(fetch)
    await client.call('docs_search', { secret: 'the-argument' })
    const all = await events()
    const [logged] = all.filter(({ kind }) => kind === 'portal-call')
    expect(Object.keys(logged?.record ?? {}).sort()).toEqual(LOGPUSH_FIELDS)
    expect(logged?.record).toMatchObject({
      Method: 'tools/call',
      PortalID: 'tools',
      ServerID: 'docs',
      ServerURL: 'https://docs.example.net/mcp',
      Success: true,
      ToolCallName: 'search',
      UserEmail: ADA.email,
    })
    expect(JSON.stringify(all)).not.toContain('the-argument')
  })

  it('of a tool that the caller does not see is a record without success [MP77]', async () => {
    await twoServers({ updated_tools: [{ name: 'read', enabled: false }] })
    const client = await connected(fetch)
    await client.call('docs_read')
    await client.call('docs_made_up')
    const logged = (await events()).filter(({ kind }) => kind === 'portal-call')
    expect(logged.map(({ record }) => record)).toEqual([
      expect.objectContaining({
        Error: 'Tool docs_read not found',
        ServerID: 'docs',
        Success: false,
        ToolCallName: 'read',
      }),
    ])
  })

  it('sends nothing about the person to the server [MP63]', async () => {
    await twoServers()
    const client = await connected(fetch)
    await client.text('docs_read')
    // A ray is random, and may contain "ada".
    const sent = upstream.docs.received.map(({ body, headers }) =>
      JSON.stringify([[...headers].filter(([name]) => name !== 'cf-ray'), body]),
    )
    expect(sent.join()).not.toMatch(/ada|cf-access|oauth:/i)
  })

  it('needs one request to a server of 2026 once it is known [MP65]', async () => {
    await twoServers()
    const client = await connected(fetch)
    await client.text('docs_read')
    upstream.docs.received.length = 0
    await client.text('docs_read')
    expect(methodsOf(upstream.docs)).toEqual(['tools/call'])
  })
})
