/**
 * The portal's side towards the servers: connections, credentials and syncs. It does not decide what
 * clients see, which is `mcp/`, and does not serve them, which is `portal/`.
 */
import type { Client, PriorDiscovery } from '@modelcontextprotocol/client'
import * as z from 'zod'
import { version } from '../../package.json'
import type { Definition } from '../mcp/override'
import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { Remembered } from '../store/remembered'
import { failureOf } from './failure'
import { TIMEOUT_MS, upstreamFetch } from './fetch'

/**
 * The credential of requests to a server.
 *
 * @property holder whose it is, so that nothing of one holder is used for another: `server`, or the id
 *   of a portal's grant
 */
export type UpstreamCredential = { holder: string; headers: Record<string, string> }

/** A server's tools and prompts, on all pages. */
export type Catalogue = { tools: Definition[]; prompts: Definition[] }

/** A connection to a server for one request of the portal. */
export type Upstream = {
  /** Lists everything that the server advertises. Fails as a whole if one list fails [MP72]. */
  catalogue(): Promise<Catalogue>
  /** Sends a request and returns its result unchanged. */
  request(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>>
  /** Returns whether the server advertises a capability. */
  has(capability: 'tools' | 'prompts' | 'resources'): boolean
  close(): Promise<void>
}

// The protocol revision of each server, by server and holder. A server that was found to be of 2026 needs
// no further discovery.
const known = new Remembered<string, PriorDiscovery>(1000)

// A result is passed on as it is.
const resultSchema = z.record(z.string(), z.unknown())

/**
 * Connects to a server.
 *
 * Portal: documented [MP65]. The revision of 2026 is tried first, then the handshake of 2025, whatever
 * the portal's client speaks.
 *
 * @param options.isDiscovered whether the server's revision is discovered, even if it is known
 * @throws UpstreamError
 */
export async function connect(
  c: AppContext,
  server: McpServer,
  credential: UpstreamCredential,
  { isDiscovered = false } = {},
): Promise<Upstream> {
  // Loaded on demand: its schemas take longer than the rest of the Worker.
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client')
  const client = new Client(
    { name: 'access-oauth-emulator portal', version },
    { versionNegotiation: { mode: 'auto' } },
  )
  const send = upstreamFetch(c, server)
  const transport = new StreamableHTTPClientTransport(new URL(server.hostname), {
    requestInit: { headers: credential.headers },
    // The stream for notifications is not opened, because the portal shows its stored catalogue.
    fetch: async (url, init) =>
      init?.method === 'GET' ? new Response(null, { status: 405 }) : send(url, init),
  })
  const key = JSON.stringify([server.id, server.hostname, server.updated_at, credential.holder])
  const prior = isDiscovered ? undefined : known.get(key)
  const during = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      // The server may have changed its revision.
      known.delete(key)
      throw failureOf(error, server)
    }
  }
  await during(() => client.connect(transport, { timeout: TIMEOUT_MS, ...(prior && { prior }) }))
  const discover = client.getDiscoverResult()
  known.set(key, discover ? { kind: 'modern', discover } : { kind: 'legacy' })
  const request: Upstream['request'] = (method, params) =>
    during(() => client.request({ method, params }, resultSchema, { timeout: TIMEOUT_MS }))
  return {
    request,
    catalogue: () => during(() => catalogueOf(client, request)),
    has: (capability) => client.getServerCapabilities()?.[capability] !== undefined,
    close: () => client.close(),
  }
}

async function catalogueOf(client: Client, request: Upstream['request']): Promise<Catalogue> {
  const { prompts, resources, tools } = client.getServerCapabilities() ?? {}
  const catalogue = {
    tools: tools ? await allPages(request, 'tools') : [],
    prompts: prompts ? await allPages(request, 'prompts') : [],
  }
  // Portal: observed [MP72]. A server that advertises what it does not have fails as a whole.
  if (resources) await request('resources/list', {})
  return catalogue
}

const MOST_PAGES = 64

async function allPages(request: Upstream['request'], list: 'tools' | 'prompts') {
  const all: Definition[] = []
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page++) {
    const result = await request(`${list}/list`, cursor === undefined ? {} : { cursor })
    const items = result[list]
    if (!Array.isArray(items)) throw new Error(`the response to ${list}/list has no ${list}`)
    all.push(...items.filter(isDefinition))
    cursor = result.nextCursor
    if (cursor === undefined) return all
  }
  return all
}

function isDefinition(item: unknown): item is Definition {
  return (
    typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string'
  )
}
