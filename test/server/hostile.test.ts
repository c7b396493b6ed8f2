import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { differs } from '../support/command'
import { Origin } from '../support/origin'
import { type RawResponse, rawSocket } from '../support/raw-socket'
import { type Server, startServer } from '../support/server'

let origin: Origin
let server: Server
let accessToken: string
beforeAll(async () => {
  origin = await Origin.start()
  server = await startServer(['--var', `ORIGIN_URL:${origin.url}`])
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  accessToken = (await server.client.connect()).tokens.access_token
})
afterAll(async () => {
  await server?.stop()
  await origin?.close()
})

/** A request of exactly these lines, with `Connection: close` added. */
async function send(line: string, headers: string[] = [], body = ''): Promise<RawResponse> {
  const lines = [`${line} HTTP/1.1`, ...headers, 'Connection: close', '', body]
  const answer = await rawSocket(server.port, lines.join('\r\n'))
  return answer ?? expect.fail('closed without a response')
}

const host = () => `Host: localhost:${server.port}`
const bearer = () => `Authorization: Bearer ${accessToken}`

describe('The host of a request', () => {
  it('is its Host header: the host of an absolute-form target opens nothing', async () => {
    const own = `http://localhost:${server.port}`
    const foreign = await send(`GET ${own}/_emulator/state`, ['Host: evil.example'])
    expect(foreign.status).toBe(503)
    const challenge = await send('GET http://evil.example/mcp', [host()])
    expect(challenge.headers.get('www-authenticate')?.[0]).not.toContain('evil.example')
  })

  it.each([
    ['twice', ['Host: localhost', 'Host: evil.example']],
    ['without a Host', []],
    ['with an empty Host', ['Host:']],
  ])('is refused %s, before anything is decided', async (_, headers) => {
    const answer = await send('GET /_emulator/state', headers)
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.body).not.toContain('ticketSecret')
  })
})

describe('A header for the proxy before the Worker', () => {
  const own = () => `http://localhost:${server.port}`

  // Browsers send `Origin` with every request that is neither GET nor HEAD.
  it('does not let a page that has rebound its name write: the API refuses its Origin', async () => {
    const path = '/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/access/tags'
    const answer = await send(
      `POST ${path}`,
      [
        `Host: evil.example:${server.port}`,
        `Origin: http://evil.example:${server.port}`,
        `MF-Original-URL: ${own()}${path}`,
        'Authorization: Bearer x',
        'Content-Type: application/json',
        'Content-Length: 18',
      ],
      '{"name":"rebound"}',
    )
    // The command responds as for any foreign Host, before it compares origins.
    expect(answer.status).toBe(differs('no-miniflare') ? 503 : 403)
    const tags = await server.fetch(own() + path, { headers: { authorization: 'Bearer x' } })
    expect(await tags.text()).not.toContain('rebound')
  })

  // docs/security.md: Miniflare reads these headers before the Worker of `npm start`.
  if (differs('no-miniflare')) {
    it('does not open the control: MF-Original-URL is not read', async () => {
      const { status } = await send('GET /_emulator/state', [
        `Host: evil.example:${server.port}`,
        `MF-Original-URL: ${own()}/_emulator/state`,
      ])
      expect(status).toBe(503)
    })

    it.each(['X-Forwarded-Proto: https', 'X-Forwarded-Host: evil.example', 'MF-CF-Blob: {}'])(
      'changes nothing in a challenge, whose header and body agree: %s [U3]',
      async (header) => {
        const answer = await send('POST /mcp', [host(), 'Content-Length: 0', header])
        const { resource_metadata: metadata } = JSON.parse(answer.body)
        expect(metadata).toMatch(own())
        expect(answer.headers.get('www-authenticate')?.[0]).toContain(
          `resource_metadata="${metadata}"`,
        )
      },
    )
  }
})

it('An expectation that is not known is ignored (RFC 9110 10.1.1)', async () => {
  const answer = await send('GET /_emulator/urls', [host(), 'Expect: the-unexpected'])
  expect(answer.status).toBe(200)
})

describe('A request hidden in another', () => {
  let seen: string[]
  beforeAll(() => {
    seen = []
    for (const path of ['/first', '/hidden']) {
      origin.on(path, (request, response) => {
        seen.push(request.url ?? '')
        request.resume()
        request.on('end', () => response.end('ok'))
      })
    }
  })
  const hiddenAt = (query: string) => `GET /hidden${query} HTTP/1.1\r\nHost: x\r\n\r\n`

  // All at once, because a server that waits for the rest of a body keeps a connection for the whole time.
  it.concurrent.each([
    ['two lengths', ['Content-Length: 0', 'Content-Length: 40']],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['chunks in another case and a length', ['transfer-encoding: CHUNKED', 'content-length: 5']],
    ['chunks twice', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity']],
    ['chunks by a space', ['Transfer-Encoding : chunked', 'Content-Length: 5']],
    ['an unknown transfer coding', ['Transfer-Encoding: xchunked']],
    ['a folded line', ['Content-Length: 5', ' X: y']],
    ['a negative length', ['Content-Length: -1']],
    ['a length with a sign', ['Content-Length: +5']],
  ])('does not reach the origin as the person of the first: %s', async (name, headers) => {
    const query = `?${encodeURIComponent(name)}`
    const hidden = `0\r\n\r\n${hiddenAt(query)}`
    const lines = [`POST /first${query} HTTP/1.1`, host(), bearer(), ...headers, '', hidden]
    const answer = await rawSocket(server.port, lines.join('\r\n'), { limitMs: 1500 }).catch(
      () => undefined,
    )
    expect(seen).not.toContain(`/hidden${query}`)
    expect(answer?.status ?? 400).toBeLessThan(502)
  })
})

let withDemo: Server
let demoAuthorization: string
beforeAll(async () => {
  withDemo = await startServer()
  await withDemo.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  demoAuthorization = `Bearer ${(await withDemo.client.connect()).tokens.access_token}`
})
afterAll(() => withDemo?.stop())

function streamOf(mebibytes: number): ReadableStream {
  let left = mebibytes * 64
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(16_384).fill(97))
      else controller.close()
    },
  })
}

describe('A body that is longer than its limit', () => {
  const FORM = 'application/x-www-form-urlencoded'
  const JSON_TYPE = 'application/json'
  const API = '/client/v4/accounts/023e105f4ecef8ad9ca31a8372d0c353/access/apps'
  // Without a Content-Length, the length is unknown until the body has arrived.
  it.each([
    ['the token endpoint', '/cdn-cgi/access/oauth/token', FORM, 'POST'],
    ['registration', '/cdn-cgi/access/oauth/registration', JSON_TYPE, 'POST'],
    ['the API', API, JSON_TYPE, 'POST'],
    ['the control', '/_emulator/clock', JSON_TYPE, 'PATCH'],
    ['the demo', '/mcp', JSON_TYPE, 'POST'],
  ])(
    'is a 413 for a client that is still sending it: %s (RFC 9112 9.6)',
    async (_, path, type, method) => {
      for (const mebibytes of [5, 5, 5, 20]) {
        const host = path.startsWith('/cdn-cgi') ? withDemo.team : withDemo.app
        const response = await fetch(host + path, {
          method,
          headers: { 'content-type': type, authorization: demoAuthorization },
          body: streamOf(mebibytes),
          duplex: 'half',
        } as RequestInit)
        expect(response.status).toBe(413)
        expect(await response.text()).toContain('longer than')
      }
    },
  )
})

describe('A body that is not read', () => {
  it('does not keep the response from a client that is still sending it: the demo (RFC 9112 9.6)', async () => {
    for (let times = 0; times < 6; times++) {
      const response = await fetch(`${withDemo.app}/index.html`, {
        method: 'PUT',
        headers: { authorization: demoAuthorization },
        body: streamOf(5),
        duplex: 'half',
      } as RequestInit)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('The demo has')
    }
  })

  it('is drained for at most a few seconds', async () => {
    const lines = ['POST /cdn-cgi/access/oauth/token HTTP/1.1', `Host: 127.0.0.1:${withDemo.port}`]
    const form = 'Content-Type: application/x-www-form-urlencoded'
    const chunk = `${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`
    const head = [...lines, form, 'Transfer-Encoding: chunked', 'Connection: close']
    const answer = await rawSocket(withDemo.port, `${head.join('\r\n')}\r\n\r\n${chunk}`)
    expect(answer?.status).toBe(413)
  })
})

describe("Access's own headers", () => {
  it.each([
    ['an underscore for each hyphen', 'Cf_Access_Jwt_Assertion'],
    ['one underscore', 'Cf-Access_Jwt-Assertion'],
    ['capitals', 'CF-ACCESS-AUTHENTICATED-USER-EMAIL'],
    ['an unknown suffix', 'cf-access-x'],
    ['nothing after the prefix', 'Cf-Access-'],
  ])('are removed from an admitted request: %s', async (_, name) => {
    const next = origin.next('/seen')
    const answering = send('GET /seen', [host(), bearer(), `${name}: forged`, `${name}: again`])
    const [request, response] = await next
    const raw = request.rawHeaders.join('\n')
    response.end()
    await answering
    expect(raw).not.toMatch(/forged|again/)
  })

  it('cannot be forged by a space before the colon, or by a line break in a value', async () => {
    for (const header of [
      'Cf-Access-Jwt-Assertion : forged',
      'X: y\rCf-Access-Jwt-Assertion: forged',
      'X: y\nCf-Access-Jwt-Assertion: forged',
    ]) {
      let raw = ''
      origin.on('/spaced', (request, response) => {
        raw = request.rawHeaders.join('\n')
        response.end()
      })
      await send('GET /spaced', [host(), bearer(), header])
      expect(raw).not.toMatch(/assertion\n(forged)/i)
    }
  })
})
