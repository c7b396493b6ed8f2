import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type ServerType } from '@hono/node-server'
import * as newest from '@modelcontextprotocol/client'
import * as first from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createMcpHandler, McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as z from 'zod'
import { MemoryProvider } from '../support/oauth-provider'
import { Person } from '../support/person'
import { type Server, startServer } from '../support/server'

let server: Server
let upstream: ServerType
let endpoint: URL
beforeAll(async () => {
  upstream = createAdaptorServer({
    fetch: (request) => createMcpHandler(docs).fetch(request as never),
  }).listen(0)
  await once(upstream, 'listening')
  const { port } = upstream.address() as AddressInfo
  const settings = {
    MCP_SERVERS: [
      {
        id: 'docs',
        name: 'Docs',
        hostname: `http://localhost:${port}/mcp`,
        auth_type: 'unauthenticated',
      },
    ],
    MCP_PORTALS: [
      { id: 'tools', name: 'Tools', hostname: 'tools.localhost', servers: [{ server_id: 'docs' }] },
    ],
  }
  const vars = Object.entries(settings).map(([name, value]) => `${name}:${JSON.stringify(value)}`)
  server = await startServer(vars.flatMap((each) => ['--var', each]))
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  const { portals } = (await (await fetch(`${server.app}/_emulator/urls`)).json()) as {
    portals: { url: string }[]
  }
  endpoint = new URL(portals[0]?.url ?? '')
})
afterAll(async () => {
  await server?.stop()
  upstream?.close()
})

function docs(): McpServer {
  const mcp = new McpServer({ name: 'docs', version: '1.0.0' })
  const inputSchema = z.object({ query: z.string() })
  mcp.registerTool('search', { inputSchema }, ({ query }) => ({
    content: [{ type: 'text', text: `found ${query}` }],
  }))
  mcp.registerPrompt('explain', { argsSchema: z.object({ what: z.string() }) }, ({ what }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Explain ${what}.` } }],
  }))
  mcp.registerResource('note', 'note://one', {}, (uri) => ({
    contents: [{ uri: uri.href, text: 'a note' }],
  }))
  mcp.registerResource(
    'page',
    new ResourceTemplate('page://{id}', { list: undefined }),
    {},
    (uri) => ({
      contents: [{ uri: uri.href, text: 'a page' }],
    }),
  )
  return mcp
}

type Connected = Pick<
  newest.Client,
  | 'listTools'
  | 'callTool'
  | 'listPrompts'
  | 'getPrompt'
  | 'listResources'
  | 'readResource'
  | 'close'
>

// A client that signs in as in the SDK's documentation.
async function signedIn(
  open: (provider: MemoryProvider) => {
    client: Connected
    connect(): Promise<void>
    finishAuth(): Promise<void>
  },
): Promise<Connected> {
  const hosts = [`localhost:${server.port}`, `127.0.0.1:${server.port}`]
  const provider = new MemoryProvider(new Person(server.fetch, hosts))
  const unauthorized = open(provider)
  await expect(unauthorized.connect()).rejects.toThrow('Unauthorized')
  await unauthorized.finishAuth()
  const { client, connect } = open(provider)
  await connect()
  return client
}

const CLIENTS = {
  'The MCP TypeScript SDK 1.x': (authProvider: MemoryProvider) => {
    const transport = new StreamableHTTPClientTransport(endpoint, { authProvider })
    const client = new first.Client({ name: 'test', version: '1' })
    return {
      // The results of both generations have the same members.
      client: client as unknown as Connected,
      connect: () => client.connect(transport as never),
      finishAuth: () => transport.finishAuth(authProvider.callback.get('code') ?? ''),
    }
  },
  'The MCP TypeScript SDK 2.x': (authProvider: MemoryProvider) => second(authProvider, 'legacy'),
  'The MCP TypeScript SDK 2.x, newest protocol': (authProvider: MemoryProvider) =>
    second(authProvider, 'auto'),
}

function second(authProvider: MemoryProvider, mode: 'legacy' | 'auto') {
  const transport = new newest.StreamableHTTPClientTransport(endpoint, { authProvider })
  const options = { versionNegotiation: { mode } }
  const client = new newest.Client({ name: 'test', version: '1' }, options)
  return {
    client,
    connect: () => client.connect(transport),
    finishAuth: () => transport.finishAuth(authProvider.callback),
  }
}

describe.each(Object.entries(CLIENTS))('%s at a portal', (_, open) => {
  it('signs in, and uses the tools, prompts and resources of a server [MP38, MP39, MP41, MP55]', async () => {
    const client = await signedIn(open)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual([
      'portal_list_servers',
      'portal_toggle_servers',
      'portal_toggle_single_server',
      'docs_search',
    ])
    const found = await client.callTool({ name: 'docs_search', arguments: { query: 'portals' } })
    expect(found.content).toEqual([{ type: 'text', text: 'found portals' }])
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['docs_explain'])
    const { messages } = await client.getPrompt({
      name: 'docs_explain',
      arguments: { what: 'MCP' },
    })
    expect(messages).toMatchObject([{ content: { text: 'Explain MCP.' } }])
    const { resources } = await client.listResources()
    expect(resources.map(({ uri }) => uri)).toEqual(['note://one'])
    for (const [uri, text] of [
      ['note://one', 'a note'],
      ['page://7', 'a page'],
    ] as const) {
      expect((await client.readResource({ uri })).contents).toMatchObject([{ uri, text }])
    }
    await client.close()
  })

  it('switches a server off with the tools of the portal [MP47, MP48, MP49]', async () => {
    const client = await signedIn(open)
    const call = async (name: string, given: Record<string, string> = {}) => {
      const { content } = await client.callTool({ name, arguments: given })
      return content[0]?.type === 'text' ? content[0].text : ''
    }
    expect(await call('portal_list_servers')).toContain('- Docs (docs): ✓ enabled')
    await call('portal_toggle_single_server', { server_id: 'docs', action: 'untoggle' })
    expect(await call('portal_list_servers')).toContain('- Docs (docs): ✗ disabled')
    expect((await client.listTools()).tools.map(({ name }) => name)).not.toContain('docs_search')
    await client.close()
  })
})
