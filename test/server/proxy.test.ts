import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import WebSocket, { WebSocketServer } from 'ws'
import { differs } from '../support/command'
import { Origin } from '../support/origin'
import { rawRequest } from '../support/raw-request'
import { otherLines, type Server, startServer } from '../support/server'

// `wrangler dev` compresses the types that Cloudflare's edge compresses. This type is not one of them.
const STREAM = { 'content-type': 'application/octet-stream' }

let origin: Origin
let server: Server
let bearer: { authorization: string }
let printedAtStart: string
beforeAll(async () => {
  origin = await Origin.start()
  server = await startServer(['--var', `ORIGIN_URL:${origin.url}`])
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  const { tokens } = await server.client.connect()
  bearer = { authorization: `Bearer ${tokens.access_token}` }
  await vi.waitFor(() => expect(server.output()).toContain('the issuer'), { timeout: 10_000 })
  printedAtStart = server.output()
})
afterAll(async () => {
  await server?.stop()
  await origin?.close()
})

const get = (path: string, init: RequestInit = {}) =>
  server.fetch(server.app + path, { ...init, headers: { ...bearer, ...init.headers } })

/** The headers of a request as the origin received them, by lower-case name. */
async function headersAtOrigin(headers: string[]): Promise<Record<string, string[]>> {
  const arrived = origin.next('/headers')
  const answer = rawRequest(server.port, '/headers', [
    ...['Host', `localhost:${server.port}`, 'Authorization', bearer.authorization],
    ...headers,
  ])
  const [request, response] = await arrived
  response.end()
  await answer
  return request.headersDistinct as Record<string, string[]>
}

describe('A stream through the gate', () => {
  it('delivers each server-sent event as it is sent, and the headers before the first one', async () => {
    const arrived = origin.next('/events')
    const answer = get('/events')
    const [, response] = await arrived
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    const reader = readerOf(await answer)
    for (const event of ['data: one\n\n', 'data: two\n\n', 'data: three\n\n']) {
      response.write(event)
      expect(await reader()).toBe(event)
    }
    response.end()
    expect(await reader()).toBeUndefined()
  })

  it('delivers the beginning of an upload to the origin before its end is sent', async () => {
    const arrived = origin.next('/upload')
    const upload = httpRequest(`${server.app}/upload`, { method: 'POST', headers: bearer })
    const answered = once(upload, 'response')
    upload.write('first, ')
    const [request, response] = await arrived
    expect(String(await once(request, 'data'))).toContain('first')
    upload.end('last')
    expect(await text(request)).toBe('last')
    response.end('got it')
    const [answer] = (await answered) as [IncomingMessage]
    expect(await text(answer)).toBe('got it')
  })

  it('of JSON has the length that the client sent, and its event the MCP message', async () => {
    const params = { name: 'add', arguments: { padding: 'x'.repeat(100_000) } }
    const body = JSON.stringify({ method: 'tools/call', params, jsonrpc: '2.0', id: 1 })
    const arrived = origin.next('/mcp')
    const answer = get('/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body,
    })
    const [request, response] = await arrived
    expect(await text(request)).toBe(body)
    expect(request.headers['content-length']).toBe(String(body.length))
    expect(request.headers['transfer-encoding']).toBeUndefined()
    response.end('{}')
    const rayId = (await answer).headers.get('cf-ray')
    const { events } = (await (await server.control('GET', `events?ray=${rayId}`)).json()) as {
      events: unknown[]
    }
    expect(events).toMatchObject([{ mcp: { method: 'tools/call', name: 'add' } }])
  })

  it('of JSON is delivered as it is sent, before any of it is a message', async () => {
    const arrived = origin.next('/mcp')
    const headers = { ...bearer, 'content-type': 'application/json' }
    const upload = httpRequest(`${server.app}/mcp`, { method: 'POST', headers })
    const answered = once(upload, 'response')
    upload.write('{"jsonrpc":')
    const [request, response] = await arrived
    expect(String(await once(request, 'data'))).toBe('{"jsonrpc":')
    upload.end('"2.0","method":"tools/list"}')
    expect(await text(request)).toBe('"2.0","method":"tools/list"}')
    response.end()
    const [answer] = (await answered) as [IncomingMessage]
    const path = `events?ray=${answer.headers['cf-ray']}`
    const { events } = (await (await server.control('GET', path)).json()) as { events: unknown[] }
    expect(events).toMatchObject([{ mcp: { method: 'tools/list' } }])
  })

  it('delivers an upload and a download of 32 MiB unchanged', async () => {
    const large = Buffer.alloc(32 * 1024 * 1024, 'access-oauth-emulator ')
    origin.on('/echo', (request, response) => void request.pipe(response))
    const response = await get('/echo', { method: 'POST', body: large })
    const back = Buffer.from(await response.arrayBuffer())
    expect(sha256(back)).toBe(sha256(large))
  })

  it('delivers a response that begins before the upload has ended', async () => {
    const arrived = origin.next('/too-large')
    const upload = httpRequest(`${server.app}/too-large`, { method: 'POST', headers: bearer })
    const answered = once(upload, 'response')
    upload.write('a little')
    const [, response] = await arrived
    response.writeHead(413).end('too large')
    const [answer] = (await answered) as [IncomingMessage]
    expect(answer.statusCode).toBe(413)
    expect(await text(answer)).toBe('too large')
    upload.destroy()
  })
})

// Not like Access: workerd notices that a client has gone when it writes to it, and the proxy that
// `wrangler dev` puts in front notices nothing else either. So an origin hears of it at its next
// words, here a tick.
describe("A client's abort", () => {
  it('reaches an origin in the middle of its response', async () => {
    const arrived = origin.next('/endless')
    const abort = new AbortController()
    const answer = get('/endless', { signal: abort.signal })
    const [, response] = await arrived
    const closed = tickingUntilClosed(response)
    const reader = readerOf(await answer)
    expect(await reader()).toMatch(/^(tick)+$/)
    abort.abort()
    await closed
    expect(response.writableFinished).toBe(false)
  })

  it('reaches an origin that has not responded yet, once it does', async () => {
    const arrived = origin.next('/slow')
    const abort = new AbortController()
    const answer = get('/slow', { signal: abort.signal })
    const [, response] = await arrived
    abort.abort()
    await expect(answer).rejects.toThrow('aborted')
    await tickingUntilClosed(response)
    expect(response.writableFinished).toBe(false)
  })
})

describe('The headers of a request', () => {
  it('lose the credential and gain the assertion and the e-mail address [O1, O2, O12]', async () => {
    const headers = await headersAtOrigin([])
    expect(headers).not.toHaveProperty('authorization')
    expect(headers['cf-access-jwt-assertion']).toEqual([expect.stringMatching(/^eyJ/)])
    expect(headers['cf-access-authenticated-user-email']).toEqual(['ada@example.com'])
  })

  it.each([
    'Cf-Access-Jwt-Assertion',
    'CF-ACCESS-JWT-ASSERTION',
    'cf-access-authenticated-user-email',
    'Cf_Access_Jwt_Assertion',
    'CF_ACCESS_AUTHENTICATED_USER_EMAIL',
    'Cf-Access_Authenticated-User-Email',
    'Cf.Access.Jwt.Assertion',
    'Cf~Access-Jwt-Assertion',
    "Cf-Access'Jwt!Assertion",
    'CF-Access-Client-Id',
    'Cf-Access-Token',
    'Cf-Access-Anything-Else',
  ])("lose the client's own %s, even if it is repeated [O4, O5]", async (name) => {
    const headers = await headersAtOrigin([name, 'forged', name, 'forged again'])
    const ours = Object.keys(headers).filter((each) => /^cf\Waccess|^cf_access/i.test(each))
    expect(ours.sort()).toEqual(['cf-access-authenticated-user-email', 'cf-access-jwt-assertion'])
    expect(JSON.stringify(headers)).not.toContain('forged')
  })

  it.each(['CF-Ray', 'Cf_Ray', 'cf.ray'])(
    "have the id of the request as Cf-Ray, and lose the outside's own %s (observed at an origin)",
    async (name) => {
      const arrived = origin.next('/ray')
      const answer = rawRequest(server.port, '/ray', [
        ...['Host', `localhost:${server.port}`, 'Authorization', bearer.authorization],
        ...[name, 'forged'],
      ])
      const [{ headers, rawHeaders }, response] = await arrived
      response.end()
      expect(rawHeaders).not.toContain('forged')
      expect(headers['cf-ray']).toMatch(/^[0-9a-f]{16}$/)
      expect((await answer).headers['cf-ray']).toBe(headers['cf-ray'])
    },
  )

  it("keep the gate's own headers, even if Connection names them [RFC 9110 7.6.1]", async () => {
    const headers = await headersAtOrigin([
      'Connection',
      'close, Cf-Access-Jwt-Assertion, Cf-Access-Authenticated-User-Email',
    ])
    expect(headers).toHaveProperty('cf-access-jwt-assertion')
    expect(headers).toHaveProperty('cf-access-authenticated-user-email')
  })

  it.each([
    ['TE', 'trailers'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authorization', 'Basic YTpi'],
    ['Proxy-Connection', 'keep-alive'],
  ])('are not forwarded if they are hop-by-hop: %s [RFC 9110 7.6.1]', async (name, value) => {
    expect(await headersAtOrigin([name, value])).not.toHaveProperty(name.toLowerCase())
  })

  it("name the address that the client used, whatever the client's own X-Forwarded headers contain", async () => {
    const headers = await headersAtOrigin(['X-Forwarded-Host', 'evil.example'])
    expect(headers['x-forwarded-host']).toEqual([`localhost:${server.port}`])
    expect(headers['x-forwarded-proto']).toEqual(['http'])
  })

  it.each(['X_Forwarded_Host', 'X_Forwarded_Proto', 'x.forwarded.host'])(
    'lose an X-Forwarded header that an origin could read as ours: %s',
    async (name) => {
      expect(JSON.stringify(await headersAtOrigin([name, 'evil.example']))).not.toContain('evil')
    },
  )

  it.each(['GET', 'HEAD'])(
    'of a %s with a body arrive without the body, which has no meaning (RFC 9110 9.3.1)',
    async (method) => {
      const arrived = origin.next('/with-body')
      const answer = rawRequest(
        server.port,
        '/with-body',
        { ...bearer, host: `localhost:${server.port}`, 'content-length': 5 },
        { method, body: 'hello' },
      )
      const [request, response] = await arrived
      response.end('ok')
      expect([(await answer).status, request.method]).toEqual([200, method])
      expect(request.headers).not.toHaveProperty('content-length')
      const { events } = (await (await server.control('GET', 'events')).json()) as {
        events: { kind: string }[]
      }
      expect(events.at(-1)?.kind ?? '').toMatch(/body-dropped|admission/)
    },
  )

  it('lose the cookies of the team domain and the dashboard, which may be on the same host', async () => {
    const cookies = 'a=1; CF_Access_Session=x; CF_Dash_Session=y; b=2'
    expect((await headersAtOrigin(['Cookie', cookies])).cookie).toEqual(['a=1; b=2'])
  })

  it('are otherwise as the client sent them', async () => {
    const headers = await headersAtOrigin([
      ...['Accept', 'application/json, text/event-stream', 'User-Agent', 'test/1'],
      ...['Cookie', 'a=1; b=2', 'X-Custom', 'Kept', 'MCP-Protocol-Version', '2025-11-25'],
      ...['Origin', server.app, 'If-None-Match', '"etag"', 'Range', 'bytes=0-1'],
    ])
    expect(headers).toMatchObject({
      accept: ['application/json, text/event-stream'],
      'user-agent': ['test/1'],
      cookie: ['a=1; b=2'],
      'x-custom': ['Kept'],
      'mcp-protocol-version': ['2025-11-25'],
      origin: [server.app],
      'if-none-match': ['"etag"'],
      range: ['bytes=0-1'],
    })
  })
})

describe('The path and query of a request', () => {
  it.each([
    '/a%2Fb%20c;v=1//d/',
    '/search?q=%2B+a%26b&q=again&empty=&bare',
    '/%E2%82%AC?%E2%82%AC=%00',
    '/trailing/?',
    '/?url=http://other.example/x?y#',
  ])('arrive unchanged: %s', async (path) => {
    const [asked] = path.split('#')
    const seen = new Promise((resolve) =>
      origin.on(asked?.split('?')[0] ?? '', (request, response) => {
        resolve(request.url)
        response.end()
      }),
    )
    await rawRequest(server.port, String(asked), bearer)
    expect(await seen).toBe(asked)
  })

  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
    'arrive with their method: %s',
    async (method) => {
      origin.on('/method', (request, response) => void response.end(request.method))
      const response = await get('/method', { method })
      expect(await response.text()).toBe(method)
    },
  )
})

describe("The origin's response", () => {
  it('keeps every cookie', async () => {
    const cookies = ['a=1; Path=/; HttpOnly', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT']
    origin.on('/cookies', (_, response) => void response.setHeader('set-cookie', cookies).end())
    const response = await get('/cookies')
    expect(response.headers.getSetCookie()).toEqual(cookies)
  })

  it.each([
    [301, 'http://localhost:1/moved'],
    [302, '/elsewhere?x=1'],
    [307, 'https://other.example/'],
    [308, '../up'],
  ])('that redirects is passed on and not followed: %i', async (status, location) => {
    origin.on('/redirect', (_, response) => void response.writeHead(status, { location }).end())
    const response = await get('/redirect')
    expect(response.status).toBe(status)
    expect(response.headers.get('location')).toBe(location)
  })

  it.each([204, 304])('without a body is passed on: %i', async (status) => {
    origin.on('/empty', (_, response) => void response.writeHead(status, { etag: '"1"' }).end())
    const response = await get('/empty')
    expect(response.status).toBe(status)
    expect(response.headers.get('etag')).toBe('"1"')
    expect(await response.text()).toBe('')
  })

  it.each([201, 206, 400, 401, 404, 418, 500, 503])(
    'keeps its status and body: %i',
    async (status) => {
      origin.on('/status', (_, response) => void response.writeHead(status).end('as it is'))
      const response = await get('/status')
      expect(response.status).toBe(status)
      expect(await response.text()).toBe('as it is')
    },
  )

  it("keeps the origin's own challenge: a 401 behind the gate is not Access's", async () => {
    const challenge = 'Bearer error="insufficient_scope"'
    origin.on('/own-401', (_, response) => {
      response.writeHead(401, { 'www-authenticate': challenge }).end()
    })
    const response = await get('/own-401')
    expect(response.headers.get('www-authenticate')).toBe(challenge)
  })

  it('to HEAD has the headers of GET and no body', async () => {
    const headers = { 'content-type': 'text/plain', 'content-length': 5, 'x-custom': 'yes' }
    origin.on('/head', (_, response) => void response.writeHead(200, headers).end())
    const response = await get('/head', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/plain')
    expect(response.headers.get('content-length')).toBe('5')
    expect(response.headers.get('x-custom')).toBe('yes')
  })

  it('arrives complete if the origin compressed it', async () => {
    const plain = 'compressed '.repeat(10_000)
    origin.on('/gzip', (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(plain))
    })
    expect(await (await get('/gzip')).text()).toBe(plain)
  })

  it.each([
    ['Connection', 'close, X-Of-One-Hop'],
    ['Keep-Alive', 'timeout=5'],
    ['Proxy-Authenticate', 'Basic'],
    ['X-Of-One-Hop', 'yes'],
  ])('loses hop-by-hop headers: %s [RFC 9110 7.6.1]', async (name, value) => {
    origin.on('/one-hop', (_, response) => {
      response.writeHead(200, { connection: 'close, X-Of-One-Hop', [name]: value }).end()
    })
    const { headers } = await rawRequest(server.port, '/one-hop', bearer)
    expect(headers[name.toLowerCase()]).not.toBe(value)
  })
})

describe('A WebSocket', () => {
  // Where WebSockets end in 501, there is nothing to connect (test/support/command.ts).
  const itConnects: (title: string, act: () => Promise<void>) => void = differs('no-websockets')
    ? () => undefined
    : it
  const sockets = new WebSocketServer({ noServer: true })
  const seen: IncomingMessage[] = []
  beforeAll(() => {
    origin.server.on('upgrade', (request, socket, head) => {
      seen.push(request)
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
        webSocket.on('close', (code, reason) => sockets.emit('closed', code, String(reason)))
      })
    })
  })
  afterEach(() => {
    for (const socket of sockets.clients) socket.terminate()
  })
  const open = async (headers: Record<string, string>, protocols: string[] = []) => {
    const webSocket = new WebSocket(`ws://localhost:${server.port}/socket?x=1`, protocols, {
      headers,
    })
    await once(webSocket, 'open')
    return webSocket
  }

  itConnects('passes both ways, text and binary', async () => {
    const webSocket = await open(bearer)
    webSocket.send('Grüße')
    expect(String((await once(webSocket, 'message'))[0])).toBe('Grüße')
    webSocket.send(Buffer.from([0, 1, 255]))
    expect((await once(webSocket, 'message'))[0]).toEqual(Buffer.from([0, 1, 255]))
  })

  itConnects('keeps its protocol and its closing code', async () => {
    const webSocket = await open(bearer, ['mcp'])
    expect(webSocket.protocol).toBe('mcp')
    const closed = once(sockets, 'closed')
    webSocket.close(4001, 'that is all')
    expect(await closed).toEqual([4001, 'that is all'])
  })

  itConnects('is opened with the assertion and without the credential [O1, O2]', async () => {
    await open({ ...bearer, 'Cf-Access-Authenticated-User-Email': 'forged' })
    const request = seen.at(-1)
    expect(request?.url).toBe('/socket?x=1')
    expect(request?.headers).not.toHaveProperty('authorization')
    expect(request?.headers).toHaveProperty('cf-access-jwt-assertion')
    expect(request?.headers['cf-access-authenticated-user-email']).toBe('ada@example.com')
  })

  itConnects('closes at the origin when its client disconnects', async () => {
    const webSocket = await open(bearer)
    const closed = once(sockets, 'closed')
    webSocket.terminate()
    expect(await closed).toEqual([1006, ''])
  })

  // wrangler's proxy makes a GET of such a request before the Worker of `npm start` receives it.
  if (differs('no-websockets')) {
    it('is not opened by a POST (RFC 6455 4.1)', async () => {
      const before = seen.length
      const arrived = origin.next('/socket')
      const answer = rawRequest(
        server.port,
        '/socket',
        {
          ...bearer,
          host: `localhost:${server.port}`,
          upgrade: 'websocket',
          connection: 'Upgrade',
        },
        { method: 'POST', body: '' },
      )
      const [request, response] = await arrived
      response.end()
      expect([(await answer).status, request.headers.upgrade, seen.length]).toEqual([
        200,
        undefined,
        before,
      ])
    })
  }

  it('is refused without a credential, and the origin receives no request [U1]', async () => {
    const before = seen.length
    const webSocket = new WebSocket(`ws://localhost:${server.port}/socket`)
    const [, response] = await once(webSocket, 'unexpected-response')
    expect(response.statusCode).toBe(401)
    expect(seen).toHaveLength(before)
  })
})

describe('An origin that fails', () => {
  it('before its response is a 502, without a hang or a second request', async () => {
    let asked = 0
    origin.on('/drops', (request) => {
      asked++
      request.socket.destroy()
    })
    const response = await get('/drops', { method: 'POST', body: 'once' })
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: 'bad_gateway' })
    expect(asked).toBe(1)
  })

  it.each([
    ['of a known length', { ...STREAM, 'content-length': 1000 }],
    ['of an unknown length', STREAM],
  ])('in the middle of a response %s ends that response, without a hang', async (_, headers) => {
    const arrived = origin.next('/half')
    const answer = get('/half')
    const [, response] = await arrived
    response.writeHead(200, headers).write('half')
    const reader = readerOf(await answer)
    expect(await reader()).toBe('half')
    response.socket?.destroy()
    await expect(reader()).rejects.toThrow()
  })

  it('to accept connections is a 502 that names ORIGIN_URL, as JSON for a client', async () => {
    await origin.close()
    const response = await get('/whoami')
    await origin.listen()
    expect(response.status).toBe(502)
    expect(await response.json()).toEqual({
      error: 'bad_gateway',
      error_description: expect.stringContaining(`ORIGIN_URL ${origin.url}`),
    })
  })

  it('to accept connections is a 502 that names ORIGIN_URL, as a page for a browser', async () => {
    await origin.close()
    const response = await get('/whoami', { headers: { accept: 'text/html' } })
    await origin.listen()
    expect(response.status).toBe(502)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain(`ORIGIN_URL ${origin.url}`)
  })

  it('receives requests again as soon as it is back', async () => {
    origin.on('/back', (_, response) => void response.end('back'))
    await origin.close()
    expect((await get('/back')).status).toBe(502)
    await origin.listen()
    expect(await (await get('/back')).text()).toBe('back')
  })
})

it('None of these tests printed a line other than those of the decisions', () => {
  expect(otherLines(server.output().slice(printedAtStart.length))).toEqual([])
})

/** The origin's side of a response that continues until the client disconnects. */
async function tickingUntilClosed(response: ServerResponse): Promise<void> {
  const closed = once(response, 'close')
  response.writeHead(200, STREAM)
  const ticks = setInterval(() => response.write('tick'), 20)
  await closed
  clearInterval(ticks)
}

/** Reads a body piece by piece; undefined at its end. */
function readerOf({ body }: { body: Response['body'] }): () => Promise<string | undefined> {
  if (!body) throw new Error('no body')
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  return async () => (await reader.read()).value
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
