import { beforeEach, describe, expect, it, vi } from 'vitest'
import { ADA, emulator } from '../support/emulator'
import { connected, PortalAdmin, useUpstreams } from '../support/portal'
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
    await vi.waitFor(async () =>
      expect(await events()).toContainEqual(expect.objectContaining(called)),
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
