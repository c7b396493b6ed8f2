import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ADA, emulator } from '../support/emulator'
import { connected, PortalAdmin, type PortalClient, useUpstreams } from '../support/portal'
import { speakSse } from '../support/sse-upstream'

const { events, fetch, reset, signIn } = emulator()
const admin = new PortalAdmin(fetch)

const upstream = useUpstreams(reset, 'docs')
beforeEach(() => signIn(ADA))

const at = (path: string) => admin.server('docs', { hostname: `https://docs.example.net${path}` })
const requests = () =>
  upstream.docs.received.map(({ method, url }) =>
    `${method} ${new URL(url).pathname}`.replace(/\?.*/, ''),
  )

describe('A server at a URL that ends in /sse', () => {
  it('is read and called over SSE [MP64]', async () => {
    speakSse(upstream.docs, '/sse')
    await at('/sse')
    await admin.portal([{ server_id: 'docs' }])
    expect(await admin.read('servers/docs')).toMatchObject({ status: 'ready' })
    upstream.docs.received.length = 0
    const client = await connected(fetch)
    expect(await client.text('docs_search')).toBe('docs search')
    expect(new Set(requests())).toEqual(new Set(['GET /sse', 'POST /messages']))
    const called = { kind: 'upstream-request', mcpMethod: 'tools/call', responseStatus: 202 }
    await vi.waitFor(
      async () => expect(await events()).toContainEqual(expect.objectContaining(called)),
      20_000,
    )
  })

  it('fails with the status of its stream [MP18, MP64]', async () => {
    upstream.docs.respond = () => new Response('gone', { status: 410 })
    await at('/sse')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'error',
      error_details: { is_upstream: true, status_code: 410 },
    })
    expect(requests()).toEqual(['GET /sse'])
  })

  it('fails with the status of a message that it refused [MP18, MP64]', async () => {
    speakSse(upstream.docs, '/sse', 403)
    const { respond } = upstream.docs
    upstream.docs.respond = (request) =>
      request.method === 'POST' ? new Response('no', { status: 403 }) : respond?.(request)
    await at('/sse')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'error',
      error_details: { is_upstream: true, status_code: 403 },
    })
  })
})

describe('A server at any other URL', () => {
  it.each([404, 405, 406])('is looked for with both transports after %i [MP64]', async (status) => {
    speakSse(upstream.docs, '/api/sse', status)
    await at('/api')
    expect(await admin.read('servers/docs')).toMatchObject({ status: 'ready' })
    const tried = requests().slice(0, requests().indexOf('GET /api/sse') + 1)
    expect([...new Set(tried)]).toEqual(['POST /api', 'GET /api', 'POST /api/mcp', 'GET /api/sse'])
  })

  it('is called where it was found [MP64]', async () => {
    await at('/')
    await admin.portal([{ server_id: 'docs' }])
    const client = await connected(fetch)
    upstream.docs.received.length = 0
    expect(await client.text('docs_search')).toBe('docs search')
    expect(requests()).toEqual(['POST /mcp'])
  })

  it('is not looked for any further after another status [MP64]', async () => {
    upstream.docs.respond = () => new Response('no', { status: 403 })
    await at('/api')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'error',
      error_details: { status_code: 403 },
    })
    expect(new Set(requests())).toEqual(new Set(['POST /api']))
  })

  it('fails as its own URL did if it is nowhere [MP64]', async () => {
    upstream.docs.respond = ({ url }) =>
      new Response('no', { status: url.endsWith('/api') ? 405 : 404 })
    await at('/api')
    expect(await admin.read('servers/docs')).toMatchObject({
      status: 'error',
      error_details: { status_code: 405 },
    })
  })
})

describe('A call of a tool that reports progress', () => {
  const HALF = { progress: 1, total: 2, message: 'half' }
  beforeEach(async () => {
    upstream.docs.define = (server) =>
      server.registerTool('work', {}, async ({ mcpReq }) => {
        const progressToken = mcpReq._meta?.progressToken
        if (progressToken !== undefined) {
          await mcpReq.notify({
            method: 'notifications/progress',
            params: { progressToken, ...HALF },
          })
        }
        const text = progressToken === undefined ? 'without' : 'with'
        return { content: [{ type: 'text', text }] }
      })
    await at('/mcp')
    await admin.portal([{ server_id: 'docs' }])
  })

  it.each([['2026-07-28'], ['2025-11-25']] as const)(
    'passes it to a client of %s that asks for it, under its own token',
    async (revision) => {
      const client = await connected(fetch, revision === '2025-11-25' ? revision : undefined)
      if (revision === '2025-11-25') await client.initialize()
      const params = { name: 'docs_work', arguments: {}, _meta: { progressToken: 'mine' } }
      const { notifications, result } = await client.send('tools/call', params)
      expect(notifications).toMatchObject([
        { method: 'notifications/progress', params: { progressToken: 'mine', ...HALF } },
      ])
      expect(result).toMatchObject({ content: [{ text: 'with' }] })
    },
  )

  it('asks the server for none if the client does not', async () => {
    const { notifications, result } = await (await connected(fetch)).call('docs_work')
    expect(notifications).toEqual([])
    expect(result).toMatchObject({ content: [{ text: 'without' }] })
  })
})

describe('A call of a tool that logs [MP79]', () => {
  const LEVEL = 'io.modelcontextprotocol/logLevel'
  const DEBUG = { level: 'debug', data: { step: 1 } }
  const WARNING = { level: 'warning', logger: 'work', data: 'slow' }
  const CALL = { name: 'docs_work', arguments: {} }
  let asked: unknown
  const portalOf = async (path = '/mcp') => {
    await at(path)
    await admin.portal([{ server_id: 'docs' }])
  }
  beforeEach(() => {
    upstream.docs.define = (server) => {
      server.server.registerCapabilities({ logging: {} })
      server.registerTool('work', {}, async ({ mcpReq }) => {
        asked = (mcpReq.envelope as Record<string, unknown> | undefined)?.[LEVEL]
        await mcpReq.log('debug', DEBUG.data)
        await mcpReq.log('warning', WARNING.data, WARNING.logger)
        return { content: [] }
      })
    }
  })

  const logged = async (client: PortalClient, params: Record<string, unknown> = CALL) => {
    const { notifications, result } = await client.send('tools/call', params)
    expect(result).toMatchObject({ content: [] })
    return notifications
  }
  const notification = (params: object) => ({
    jsonrpc: '2.0',
    method: 'notifications/message',
    params,
  })
  const session = async (level?: string) => {
    const client = await connected(fetch, '2025-11-25')
    const { result } = await client.initialize()
    expect(result.capabilities).toHaveProperty('logging')
    if (level) expect((await client.send('logging/setLevel', { level })).result).toEqual({})
    return client
  }

  it('passes the messages of its level to a client of 2026, and the level to the server', async () => {
    await portalOf()
    const client = await connected(fetch)
    const messages = await logged(client, { ...CALL, _meta: { [LEVEL]: 'info' } })
    expect(messages).toEqual([notification(WARNING)])
    expect(asked).toBe('info')
  })

  it('passes none to a client of 2026 that asks for none', async () => {
    await portalOf()
    expect(await logged(await connected(fetch))).toEqual([])
    expect(asked).toBeUndefined()
  })

  it('passes those of the level of its session to a client of 2025', async () => {
    await portalOf()
    expect(await logged(await session('warning'))).toEqual([notification(WARNING)])
    expect(asked).toBe('warning')
  })

  it('passes each message of a server of 2025 once, which does not know the level of the session', async () => {
    speakSse(upstream.docs, '/sse')
    await portalOf('/sse')
    expect(await logged(await session('warning'))).toEqual([notification(WARNING)])
    expect(await logged(await session())).toEqual([notification(DEBUG), notification(WARNING)])
    expect(await logged(await connected(fetch))).toEqual([])
  })

  it('refuses a level that does not exist', async () => {
    await portalOf()
    const { error } = await (await session()).send('logging/setLevel', { level: 'loud' })
    expect(error).toMatchObject({ code: -32602 })
  })
})

// MCP 2026-07-28: a client cancels a call by closing its response.
it('A call whose client has gone is cancelled at the server', async () => {
  let state = 'not called'
  upstream.docs.define = (server) =>
    server.registerTool('wait', {}, async ({ mcpReq: { signal } }) => {
      state = 'waits'
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      state = 'cancelled'
      return { content: [] }
    })
  await at('/mcp')
  await admin.portal([{ server_id: 'docs' }])
  const client = await connected(fetch)
  const gone = new AbortController()
  const call = client.open('tools/call', { name: 'docs_wait', arguments: {} }, {}, gone.signal)
  await vi.waitFor(() => expect(state).toBe('waits'), 20_000)
  gone.abort()
  await call.catch(() => undefined)
  await vi.waitFor(() => expect(state).toBe('cancelled'), 20_000)
})
