import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Writable } from 'node:stream'

/** Values that a comparison must never print or store, each in a form of the real service or near it. */
export const SECRETS = [
  'ada.lovelace@acme-corp.example',
  'oauth:Zk9PqLm3XyTv7WbN4cRd8sHgJ2fKe6uA',
  'eyJhbGciOiJSUzI1NiJ9.eyJlbWFpbCI6ImEifQ.c2lnbmF0dXJl',
  'c0ffee00-1234-4abc-9def-0123456789ab',
  '8d1f2a3b4c5d6e7f',
  'cfat_Qw3rTy7UiOp9AsDf',
  'hunter2secret',
  'acme-internal.corp.example',
  '203.0.113.77',
  '2001:db8:85a3::8a2e:370:7334',
  'CF_Authorization=abcdef0123456789',
  'n0123456789abcdef',
  'SuperSecretPassw0rd',
  '4929123456781234',
]

const [
  EMAIL,
  TOKEN,
  JWT,
  UUID,
  RAY,
  API_TOKEN,
  PASSWORD,
  HOST,
  IP,
  IPV6,
  COOKIE,
  SESSION,
  WORD,
  CARD,
] = SECRETS

// Escape sequences of terminals, a new title, a bell, C1, and characters that change the direction of text.
const ESCAPES = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202e\u2066\r\n\u2028'

/** The ways in which the server is hostile. */
export type Hostility =
  | 'leaks'
  | 'huge'
  | 'huge-head'
  | 'endless-preflight'
  | 'drips'
  | 'silent'
  | 'silent-preflight'
  | 'loops'
  | 'wrong-types'
  | 'deep'
  | 'not-http'

const DRIP_INTERVAL_MS = 5

/** A server that is hostile to whoever reads its responses. */
export class HostileServer {
  readonly #server: Server
  /** The requests that it received. */
  readonly requests: string[] = []

  private constructor(readonly hostility: Hostility) {
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`)
      this.#respond(request, response)
    })
  }

  static async start(hostility: Hostility): Promise<HostileServer> {
    const server = new HostileServer(hostility)
    await new Promise<void>((done) => server.#server.listen(0, '127.0.0.1', done))
    return server
  }

  get url(): URL {
    return new URL(`http://localhost:${(this.#server.address() as AddressInfo).port}/mcp`)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = this.url
    const json = { 'content-type': 'application/json' }
    switch (this.hostility) {
      case 'leaks':
        leak(request, response, origin)
        break
      case 'huge':
        response.writeHead(200, json).flushHeaders()
        endlessly(response, '{"x":"'.padEnd(16_384, 'x'))
        break
      case 'huge-head':
        endlessly(response.socket, 'HTTP/1.1 200 OK\r\nx:'.padEnd(16_384, 'x'))
        break
      case 'endless-preflight':
        response.writeHead(request.method === 'OPTIONS' ? 200 : 401, json).write('{')
        if (request.method !== 'OPTIONS') response.end('}')
        break
      case 'drips':
        drip(response.socket, `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(10_000)}`)
        break
      case 'silent-preflight':
        if (request.method !== 'OPTIONS') response.writeHead(401, json).end('{}')
        break
      case 'silent':
        break
      case 'loops':
        response.writeHead(302, { location: `${origin}${request.url}?again` }).end()
        break
      case 'wrong-types':
        response.end(WRONG_TYPES)
        break
      case 'deep':
        response.end(`${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`)
        break
      case 'not-http':
        response.socket?.end(`${ESCAPES}${TOKEN}\r\n\r\n`)
    }
  }
}

const WRONG_TYPES = `{"authorization_servers": {"0": 7}, "issuer": ["x"], "token_endpoint": 5,
  "error": {"toString": null}, "resource": null, "__proto__": {"polluted": true}}`

function leak(request: IncomingMessage, response: ServerResponse, origin: string): void {
  response.writeHead(401, {
    'content-type': 'application/json',
    'cf-ray': `${RAY}-LHR`,
    'set-cookie': `${COOKIE}; Path=/`,
    location: `https://${HOST}/login/${UUID}?code=${PASSWORD}&state=${SESSION}&email=${EMAIL}&x=${WORD}#${TOKEN}`,
    'www-authenticate': `Bearer realm="${EMAIL}", error="${TOKEN}", error_description="for ${EMAIL} at ${IP}, ray ${RAY}, password=${PASSWORD}", resource_metadata="${origin}/${UUID}?token=${API_TOKEN}"`,
    'access-control-allow-origin': `https://${HOST}`,
    allow: TOKEN,
    'x-secret': TOKEN,
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  const issuer = origin
  const document = {
    issuer,
    resource: `https://${HOST}/${UUID}`,
    authorization_servers: [issuer, `https://${HOST}`],
    token_endpoint: `${origin}/token/${API_TOKEN}`,
    authorization_endpoint: `${origin}/authorize?session=${SESSION}`,
    error: `${TOKEN}${ESCAPES}`,
    error_description: `${EMAIL} ${JWT} ${UUID} ${RAY} ${API_TOKEN} ${IP} ${IPV6} ${COOKIE} ${WORD} ${CARD}${ESCAPES} secret: ${PASSWORD}, at ${HOST}`,
    [EMAIL ?? '']: { [TOKEN ?? '']: [JWT, Number(CARD)] },
    [UUID ?? '']: WORD,
    authentication_methods: [
      { name: EMAIL, description: ESCAPES, documentation: `https://${HOST}/` },
    ],
  }
  response.end(JSON.stringify(document))
}

function endlessly(stream: Writable | null, text: string): void {
  const write = () => {
    if (!stream || stream.destroyed) return
    stream.write(text) ? setImmediate(write) : stream.once('drain', write)
  }
  write()
}

// So slow that the head is never complete.
function drip(stream: Writable | null, text: string): void {
  let sent = 0
  const timer = setInterval(() => {
    if (!stream || stream.destroyed) clearInterval(timer)
    else stream.write(text.charAt(sent++))
  }, DRIP_INTERVAL_MS)
}
