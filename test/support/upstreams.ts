import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { vi } from 'vitest'

/** A request that an upstream received. */
export type Received = { url: string; method: string; headers: Headers; body: unknown }

/** An MCP server of a test, which it can change while the emulator runs. */
export type TestUpstream = {
  /** Registers the tools, prompts and resources of a new server. */
  define: (server: McpServer) => void
  /** Responds in place of the server. */
  respond?: ((request: Request) => Response | undefined | Promise<Response | undefined>) | undefined
  /** The requests so far. */
  received: Received[]
}

/**
 * Puts MCP servers on the network of this process: `https://<name>.example.net/mcp` for each of them. Any
 * other address cannot be reached.
 */
export function upstreams<Name extends string>(
  all: Record<Name, TestUpstream['define']>,
): Record<Name, TestUpstream> {
  const servers = Object.fromEntries(
    Object.entries<TestUpstream['define']>(all).map(([name, define]) => [
      name,
      { define, received: [] },
    ]),
  ) as unknown as Record<Name, TestUpstream>
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as Request, init)
    const { hostname, pathname } = new URL(request.url)
    const upstream = servers[hostname.split('.')[0] as Name]
    if (!upstream || !hostname.endsWith('.example.net')) throw new TypeError('fetch failed')
    const text = await request.clone().text()
    const { headers, method, url } = request
    upstream.received.push({ url, method, headers, body: text === '' ? undefined : jsonOf(text) })
    const response = await upstream.respond?.(request)
    if (response) return response
    if (pathname !== '/mcp') return new Response('not found', { status: 404 })
    return createMcpHandler(() => {
      const server = new McpServer({ name: hostname, version: '1.0.0' })
      upstream.define(server)
      return server
    }).fetch(request)
  })
  return servers
}

/** Returns the MCP methods of the requests that an upstream received. */
export function methodsOf({ received }: TestUpstream): unknown[] {
  return received.map(({ body }) => (body as { method?: unknown } | undefined)?.method)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
