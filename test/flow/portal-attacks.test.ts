import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bearer } from '../support/client'
import { ADA, emulator, GRACE } from '../support/emulator'
import {
  connected,
  connectToPortal,
  ENDPOINT,
  EVERYBODY,
  PortalAdmin,
  PortalClient,
  useUpstreams,
} from '../support/portal'

const { advance, events, fetch, reset, signIn } = emulator()
const admin = new PortalAdmin(fetch)
type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }
const JSON_AND_STREAM = 'application/json, text/event-stream'

const upstream = useUpstreams(reset, 'docs')
beforeEach(() => signIn(ADA))
afterEach(() => void vi.useRealTimers())

async function withDocs() {
  await admin.server('docs')
  await admin.portal([{ server_id: 'docs' }])
}

describe('A request that is wrong', () => {
  const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
  const nested = `${'['.repeat(60)}${']'.repeat(60)}`
  const json = (value: unknown) => JSON.stringify(value)
  // Not in a hook, whose time limit is shorter: the first one loads the SDK.
  const connect = async (): Promise<Record<string, string>> => {
    await withDocs()
    const { access_token: token } = await connectToPortal(fetch)
    const client = PortalClient.of(fetch, token, '2025-11-25')
    await client.initialize()
    upstream.docs.received.length = 0
    return {
      ...bearer(token),
      accept: JSON_AND_STREAM,
      'content-type': 'application/json',
      'mcp-session-id': client.sessionId ?? '',
    }
  }

  it.each<[string, number, number, Init]>([
    ['JSON that ends early', 400, -32700, { body: '{"jsonrpc"' }],
    [
      'JSON that ends early, without a session',
      400,
      -32700,
      { body: '{', headers: { 'mcp-session-id': '' } },
    ],
    ['no body', 400, -32700, { body: '' }],
    ['no JSON-RPC', 400, -32600, { body: 'null' }],
    ['an id that is an object', 400, -32600, { body: json({ ...LIST, id: {} }) }],
    ['an empty batch', 400, -32600, { body: '[]' }],
    ['a batch of 200', 400, -32600, { body: json(Array(200).fill(LIST)) }],
    [
      'a deep value',
      400,
      -32600,
      {
        body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"docs_search","arguments":{"a":${nested}}}}`,
      },
    ],
    ['5 MiB', 413, -32000, { body: json({ ...LIST, params: { a: 'a'.repeat(5 * 1024 * 1024) } }) }],
    ['text', 415, -32000, { body: json(LIST), headers: { 'content-type': 'text/plain' } }],
    [
      'Accept for JSON alone',
      406,
      -32000,
      { body: json(LIST), headers: { accept: 'application/json' } },
    ],
    ['Accept for a page', 406, -32000, { body: json(LIST), headers: { accept: 'text/html' } }],
    [
      'an unknown revision',
      400,
      -32602,
      { body: json(LIST), headers: { 'mcp-protocol-version': '2099-01-01' } },
    ],
    ['another method', 405, -32000, { method: 'PUT', body: json(LIST) }],
    ['a stream as JSON', 406, -32000, { method: 'GET', headers: { accept: 'application/json' } }],
    [
      'a stream without a session',
      400,
      -32000,
      { method: 'GET', headers: { 'mcp-session-id': '', accept: 'text/event-stream' } },
    ],
    ['the end of no session', 400, -32000, { method: 'DELETE', headers: { 'mcp-session-id': '' } }],
    [
      'the end of an unknown session',
      404,
      -32001,
      { method: 'DELETE', headers: { 'mcp-session-id': 'x' } },
    ],
  ])(
    'because it has %s is %i with %i, and costs the server no request',
    async (_, status, code, init) => {
      const all = { ...(await connect()), ...init.headers }
      const headers = Object.entries(all).filter(([, value]) => value !== '')
      const response = await fetch(ENDPOINT, { method: 'POST', ...init, headers })
      const { error } = (await response.json()) as { error: { code: number } }
      expect([response.status, error.code]).toEqual([status, code])
      expect(upstream.docs.received).toEqual([])
    },
  )

  it('for an unknown method is an error of JSON-RPC', async () => {
    await withDocs()
    const client = await connected(fetch)
    for (const method of ['nope', '__proto__', 'tools/constructor']) {
      expect((await client.send(method)).error).toMatchObject({ code: -32601 })
    }
  })
})

describe('Another person', () => {
  it('can neither use, listen to nor end a session, whose owner notices nothing', async () => {
    await withDocs()
    const ada = await connected(fetch, '2025-11-25')
    await ada.initialize()
    await signIn(GRACE)
    const { access_token: token } = await connectToPortal(fetch)
    const headers = {
      ...bearer(token),
      'mcp-session-id': ada.sessionId ?? '',
      accept: JSON_AND_STREAM,
    }
    for (const method of ['GET', 'DELETE']) {
      expect((await fetch(ENDPOINT, { method, headers })).status).toBe(404)
    }
    const grace = PortalClient.of(fetch, token, '2025-11-25')
    grace.sessionId = ada.sessionId
    const off = { server_id: 'docs', action: 'untoggle' }
    expect((await grace.call('portal_toggle_single_server', off)).status).toBe(404)
    expect(await ada.tools()).toContain('docs_search')
  })
})

type Respond = (message: { id: unknown; method: string }) => unknown

// A server of 2025 without a library, which sends what it likes.
function plain(tools: unknown[], other: Respond = () => undefined): void {
  upstream.docs.respond = async (request) => {
    const message = (await request.clone().json()) as { id: unknown; method: string }
    const result = (value: unknown) =>
      Response.json({ jsonrpc: '2.0', id: message.id, result: value })
    const own = other(message)
    if (own instanceof Response) return own
    if (own !== undefined) return result(own)
    switch (message.method) {
      case 'initialize':
        return result({
          protocolVersion: '2025-11-25',
          capabilities: { tools: {} },
          serverInfo: { name: 'plain', version: '1' },
        })
      case 'tools/list':
        return result({ tools })
      case 'server/discover':
        return new Response('no', { status: 400 })
      default:
        return new Response(null, { status: 202 })
    }
  }
}

const tool = (name: string, members: object = {}) => ({
  name,
  inputSchema: { type: 'object' },
  ...members,
})

describe('A catalogue that is wrong', () => {
  const synced = async (tools: unknown[], other?: Respond) => {
    plain(tools, other)
    await admin.server('docs')
    return admin.read('servers/docs')
  }

  it.each<[string, unknown[], string]>([
    [
      'a tool without a schema',
      [tool('good'), { name: 'bad' }],
      'the tool "bad" has no valid inputSchema',
    ],
    [
      'a tool whose schema is no object',
      [tool('bad', { inputSchema: { type: 'string' } })],
      'the tool "bad" has no valid inputSchema.type',
    ],
    ['a tool without a name', [tool('')], 'the tool "" has no valid name'],
    [
      'more than 1 MiB',
      [tool('big', { description: 'x'.repeat(1024 * 1024) })],
      'the catalogue is longer than 1048576 bytes',
    ],
  ])('because of %s fails as a whole [MP72]', async (_, tools, problem) => {
    expect(await synced(tools)).toMatchObject({
      status: 'error',
      error: expect.stringContaining(problem),
      tools: [],
    })
  })

  it('because its pages never end is read up to a limit', async () => {
    let pages = 0
    const endless: Respond = ({ method }) =>
      method === 'tools/list' ? { tools: [tool(`t${++pages}`)], nextCursor: 'more' } : undefined
    expect(await synced([], endless)).toMatchObject({ status: 'ready' })
    expect(pages).toBe(64)
  })

  it('because of odd names is listed and called by them, each once', async () => {
    const names = ['a b', 'ü', '../x', '__proto__', 'constructor', 'x\ny', '<b>', 'same', 'same']
    plain(
      names.map((name) => tool(name)),
      ({ method }) =>
        method === 'tools/call' ? { content: [{ type: 'text', text: 'called' }] } : undefined,
    )
    await withDocs()
    const client = await connected(fetch)
    const prefixed = [...new Set(names)].map((name) => `docs_${name}`)
    expect((await client.tools()).slice(3)).toEqual(prefixed)
    for (const name of ['docs___proto__', 'docs_constructor']) {
      expect(await client.text(name)).toBe('called')
    }
    expect((await client.call('constructor')).error).toMatchObject({ code: -32602 })
  })
})

describe('A server that misbehaves in a call', () => {
  const answer = (body: BodyInit | null, status = 200, headers: Record<string, string> = {}) =>
    new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
  const endless = () =>
    new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) })

  it.each<[string, () => Response | object, string]>([
    ['JSON that ends early', () => answer('{"jsonrpc"'), 'its response is not MCP'],
    [
      'a page',
      () => answer('<html>', 200, { 'content-type': 'text/html' }),
      'its response is not MCP',
    ],
    [
      'no JSON-RPC',
      () => answer('{"jsonrpc":"2.0","id":1,"result":null}'),
      'a message is not one of JSON-RPC',
    ],
    [
      'a redirect to another host',
      () => answer(null, 302, { location: 'https://evil.example.net/mcp' }),
      'HTTP 302',
    ],
    ['a response without an end', () => answer(endless()), 'longer than 16777216 bytes'],
    ['401', () => answer(null, 401), 'unauthorized'],
    ['503', () => answer(null, 503), 'HTTP 503'],
  ])('by %s is a result with isError that names it', async (_, respond, text) => {
    plain([tool('x')], ({ method }) => (method === 'tools/call' ? respond() : undefined))
    await withDocs()
    const client = await connected(fetch)
    const { error, result } = await client.call('docs_x')
    expect(error).toBeUndefined()
    expect(result.isError).toBe(true)
    expect(JSON.stringify(result.content)).toContain('docs: ')
    expect(JSON.stringify(result.content)).toContain(text)
    expect(upstream.docs.received.map(({ url }) => new URL(url).hostname)).not.toContain(
      'evil.example.net',
    )
  })

  it('by no response at all ends after 60 seconds, and others are served meanwhile', async () => {
    plain([tool('x')])
    await withDocs()
    const client = await connected(fetch)
    const { respond } = upstream.docs
    const called = Promise.withResolvers<void>()
    upstream.docs.respond = async (request) => {
      if (!(await request.clone().text()).includes('tools/call')) return respond?.(request)
      called.resolve()
      return new Promise<Response>(() => {})
    }
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const hanging = client.call('docs_x')
    await called.promise
    expect(await client.tools()).toContain('docs_x')
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await hanging).result).toMatchObject({ isError: true })
  })
})

describe('An id or name that the portal uses itself', () => {
  it('is not taken by the tool of a server', async () => {
    upstream.docs.define = (server) => {
      for (const name of ['list_servers', 'query_tools', 'own']) {
        server.registerTool(name, {}, () => ({
          content: [{ type: 'text', text: 'of the server' }],
        }))
      }
    }
    await admin.server('portal', { hostname: 'https://docs.example.net/mcp' })
    await admin.portal([{ server_id: 'portal' }])
    const client = await connected(fetch)
    expect(await client.tools()).toEqual([
      ...['portal_list_servers', 'portal_toggle_servers', 'portal_toggle_single_server'],
      'portal_own',
    ])
    expect(await client.text('portal_list_servers')).toContain('Available MCP Servers')
    expect((await client.call('portal_query_tools')).error).toMatchObject({ code: -32602 })
  })

  it('of a server that was added later gives it to nobody early [MP58]', async () => {
    await withDocs()
    const client = await connected(fetch)
    await admin.server('constructor', { hostname: 'https://docs.example.net/mcp' })
    const servers = [{ server_id: 'docs' }, { server_id: 'constructor' }]
    await admin.put('portals/tools', { servers })
    expect(await client.tools()).not.toContain('constructor_search')
    await client.text('portal_toggle_servers')
    expect(await client.tools()).toContain('constructor_search')
  })
})

describe('A portal that is a server of itself', () => {
  it('is synced once when its sync is due', async () => {
    await admin.server('docs')
    const id = await admin.portal([{ server_id: 'docs' }])
    await admin.putApplication(id, {
      name: 'Tools',
      type: 'mcp_portal',
      destinations: [
        { type: 'public', uri: 'tools.example.com' },
        { type: 'public', uri: 'localhost/portals/tools' },
      ],
      policies: [EVERYBODY],
      oauth_configuration: {
        dynamic_client_registration: { allow_any_on_localhost: true },
        grant: { access_token_lifetime: '12h' },
      },
    })
    const { access_token: token } = await connectToPortal(fetch)
    const hostname = 'http://localhost:8788/portals/tools/mcp'
    await admin.server('self', { hostname, auth_type: 'bearer', auth_credentials: token })
    await admin.put('portals/tools', { servers: [{ server_id: 'docs' }, { server_id: 'self' }] })
    await advance('3h')
    const client = PortalClient.of(fetch, token)
    expect(await client.tools()).toContain('docs_search')
    const syncs = (await events()).filter(
      ({ kind, server }) => kind === 'server-synced' && server === 'self',
    )
    expect(syncs).toHaveLength(2)
    const { status, tools } = await admin.read('servers/self')
    expect(status).toBe('ready')
    expect((tools as { name: string }[]).map(({ name }) => name)).toContain('docs_search')
  })
})
