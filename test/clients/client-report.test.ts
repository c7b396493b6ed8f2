import { setImmediate } from 'node:timers/promises'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MemoryProvider } from '../support/oauth-provider'
import { Person } from '../support/person'
import { type Server, startServer } from '../support/server'

type Check = { id: string; level: string; verdict: string; why: string }

let server: Server
let transport: StreamableHTTPClientTransport
let client: Client
let provider: MemoryProvider
let underWay = 0
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await server.control('POST', 'reset')
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  const hosts = [`localhost:${server.port}`, `127.0.0.1:${server.port}`]
  provider = new MemoryProvider(new Person(server.fetch, hosts))
})
afterEach(() => client.close())

async function connect(): Promise<void> {
  transport = new StreamableHTTPClientTransport(new URL('/mcp', server.app), {
    authProvider: provider,
    fetch: (input, init) => {
      underWay++
      return server.fetch(String(input), init).finally(() => underWay--)
    },
  })
  client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
}

// Time moves between two requests and not during one.
async function advance(duration: string): Promise<void> {
  do await setImmediate()
  while (underWay > 0)
  await server.control('PATCH', 'clock', { advance: duration })
}

async function checks(): Promise<Check[]> {
  const response = await server.control('GET', `clients/${provider.client?.client_id}/report`)
  return ((await response.json()) as { checks: Check[] }).checks
}

describe('The MCP TypeScript SDK 2.x', () => {
  it('follows every MUST that its report has seen', async () => {
    await expect(connect()).rejects.toThrow(UnauthorizedError)
    await transport.finishAuth(provider.callback)
    await connect()
    for (let times = 0; times < 2; times++) {
      await advance('16m')
      await client.callTool({ name: 'whoami' })
    }
    const report = await checks()
    expect(report.filter((each) => each.level === 'MUST' && each.verdict === 'failed')).toEqual([])
    const passed = report.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id)
    expect(passed).toEqual(
      expect.arrayContaining([
        'resource-metadata',
        'server-metadata',
        'application-type',
        'refresh-token-grant',
        'resource-authorization',
        'resource-right',
        'pkce-s256',
        'state',
        'resource-exchange',
        'verifier-matches',
        'bearer',
        'refreshes',
        'resource-refresh',
        'rotation',
      ]),
    )
  })

  it('refuses a response with the iss of another server, and its report shows it', async () => {
    await server.control('PUT', 'faults/wrong-issuer', { times: 1 })
    await expect(connect()).rejects.toThrow(UnauthorizedError)
    expect(provider.callback.has('iss')).toBe(true)
    await expect(transport.finishAuth(provider.callback)).rejects.toThrow()
    // Until its code has expired, the client could still redeem it.
    await advance('1h')
    expect(await checks()).toContainEqual(
      expect.objectContaining({ id: 'issuer', verdict: 'passed' }),
    )
  })
})
