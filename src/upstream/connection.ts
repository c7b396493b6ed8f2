/**
 * The portal's side towards the servers: connections, credentials and syncs. It does not decide what
 * clients see, which is `mcp/`, and does not serve them, which is `portal/`.
 */
import type { Client, PriorDiscovery, RequestOptions } from '@modelcontextprotocol/client'
import * as z from 'zod'
import { version } from '../../package.json'
import { type Endpoint, endpointsOf, isElsewhere } from '../mcp/endpoints'
import type { Definition } from '../mcp/override'
import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { Remembered } from '../store/remembered'
import { failureOf } from './failure'
import { upstreamFetch } from './fetch'
import { TIMEOUT_MS, withinTime } from './limits'
import { deliverOnce, refusedStream, transportTo } from './transport'
import { UpstreamError } from './upstream-error'

/**
 * The credential of requests to a server.
 *
 * @property holder `server`, or the id of a portal's grant. Nothing of one holder is used for another.
 */
export type UpstreamCredential = { holder: string; headers: Record<string, string> }

/** Everything that a server lists. */
export type Listed = {
  /** The part that a sync stores: tools and prompts, on all pages. */
  catalogue: { tools: Definition[]; prompts: Definition[] }
  /** The URIs of the resources on the first page. */
  resources: string[]
}

/** A log message of a server. */
export type LogMessage = { level: string; logger?: string | undefined; data: unknown }

/** The signal that cancels a request, and the functions that receive its progress and its log messages. */
export type CallOptions = Pick<RequestOptions, 'onprogress' | 'signal'> & {
  /** The least severe level of the log messages; undefined leaves it to the server. */
  logLevel?: string | undefined
  onlog?(message: LogMessage): void
}

/** A connection to a server for one request of the portal. */
export type Upstream = {
  /** Lists everything that the server advertises. Fails as a whole if one list fails [MP72]. */
  list(): Promise<Listed>
  /** Sends a request and returns its result unchanged. */
  request(
    method: string,
    params: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<Record<string, unknown>>
  close(): Promise<void>
}

// The endpoint and the protocol revision of each server, by server and holder. A server that was found to be of
// 2026 needs no further discovery.
type Known = { endpoint: Endpoint; prior: PriorDiscovery }
const known = new Remembered<string, Known>(1000)

// A result is passed on as it is.
const resultSchema = z.record(z.string(), z.unknown())

/**
 * Connects to a server, at the first of its endpoints that exists.
 *
 * Portal: documented [MP64]. Assumed: if none exists, the failure is that of the first one.
 *
 * @param options.isDiscovered whether the server's endpoint and revision are discovered, even if they are known
 * @param options.isViaGateway whether the request is a call that the gateway inspects; only its transports are
 *   emulated
 * @throws UpstreamError
 */
export async function connect(
  c: AppContext,
  server: McpServer,
  credential: UpstreamCredential,
  { isDiscovered = false, isViaGateway = false } = {},
): Promise<Upstream> {
  const key = JSON.stringify([
    server.id,
    server.hostname,
    server.updated_at,
    credential.holder,
    isViaGateway,
  ])
  const before = isDiscovered ? undefined : known.get(key)
  const endpoints = before ? [before.endpoint] : endpointsOf(server.hostname, isViaGateway)
  let first: unknown
  for (const endpoint of endpoints) {
    try {
      return await connectTo(c, server, credential, { endpoint, key, prior: before?.prior })
    } catch (error) {
      first ??= error
      if (!(error instanceof UpstreamError && isElsewhere(error.details.status_code))) throw error
    }
  }
  throw first
}

// Portal: documented [MP65]. The revision of 2026 is tried first, then the handshake of 2025, whatever the
// portal's client speaks. Assumed: only the handshake over SSE, a transport that 2026 does not have.
async function connectTo(
  c: AppContext,
  server: McpServer,
  { headers }: UpstreamCredential,
  { endpoint, key, prior }: { endpoint: Endpoint; key: string; prior: PriorDiscovery | undefined },
): Promise<Upstream> {
  // Loaded on demand: its schemas take longer than the rest of the Worker.
  const { Client, LOG_LEVEL_META_KEY } = await import('@modelcontextprotocol/client')
  const mode = endpoint.transport === 'sse' ? 'legacy' : 'auto'
  const client = new Client(
    { name: 'access-oauth-emulator portal', version },
    { versionNegotiation: { mode } },
  )
  const transport = await transportTo(endpoint, headers, upstreamFetch(c, server), (request) =>
    c.executionCtx.waitUntil(request),
  )
  const during = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act()
    } catch (error) {
      // The server may have changed its endpoint or its revision.
      known.delete(key)
      throw (await refusedStream(error)) ?? failureOf(error, server)
    }
  }
  const options = { timeout: TIMEOUT_MS, ...(mode === 'auto' && prior && { prior }) }
  try {
    await during(() => withinTime(() => client.connect(transport, options)))
  } catch (error) {
    // A stream would be opened again and again.
    await transport.close()
    throw error
  }
  deliverOnce(transport)
  const discover = client.getDiscoverResult()
  known.set(key, {
    endpoint,
    prior: discover ? { kind: 'modern', discover } : { kind: 'legacy' },
  })
  const request: Upstream['request'] = (method, params, { logLevel, onlog, ...given } = {}) => {
    // Every connection is for one request of the portal, so all its messages are of this one.
    if (onlog) client.setNotificationHandler('notifications/message', (each) => onlog(each.params))
    const isModern = discover !== undefined
    const sent =
      isModern && logLevel !== undefined
        ? { ...params, _meta: { [LOG_LEVEL_META_KEY]: logLevel } }
        : params
    return during(() =>
      client.request({ method, params: sent }, resultSchema, { timeout: TIMEOUT_MS, ...given }),
    )
  }
  return {
    request,
    list: () => during(() => listOf(client, request)),
    close: () => client.close(),
  }
}

async function listOf(client: Client, request: Upstream['request']): Promise<Listed> {
  const { prompts, resources, tools } = client.getServerCapabilities() ?? {}
  const catalogue = {
    tools: tools ? await allPages(request, 'tools') : [],
    prompts: prompts ? await allPages(request, 'prompts') : [],
  }
  // Portal: observed [MP72]. A server that advertises what it does not have fails as a whole.
  const listed = resources ? await request('resources/list', {}) : {}
  if (new TextEncoder().encode(JSON.stringify(catalogue)).length > MOST_CATALOGUE_BYTES) {
    throw new Error(`the catalogue is longer than ${MOST_CATALOGUE_BYTES} bytes`)
  }
  return { catalogue, resources: urisOf(listed.resources) }
}

function urisOf(items: unknown): string[] {
  const all: unknown[] = Array.isArray(items) ? items : []
  return all.map((each) => String((each as { uri?: unknown } | null)?.uri ?? ''))
}

// The storage limits a record to 2 MB. Assumed.
const MOST_CATALOGUE_BYTES = 1024 * 1024

const MOST_PAGES = 64

async function allPages(request: Upstream['request'], list: 'tools' | 'prompts') {
  const all: Definition[] = []
  let cursor: unknown
  for (let page = 0; page < MOST_PAGES; page++) {
    const result = await request(`${list}/list`, cursor === undefined ? {} : { cursor })
    const items = result[list]
    if (!Array.isArray(items)) throw new Error(`the response to ${list}/list has no ${list}`)
    for (const item of items) all.push(requireDefinition(list, item))
    cursor = result.nextCursor
    if (cursor === undefined) return all
  }
  return all
}

const DEFINITIONS = {
  tools: z.looseObject({
    name: z.string().min(1),
    inputSchema: z.looseObject({ type: z.literal('object') }),
  }),
  prompts: z.looseObject({ name: z.string().min(1) }),
}

// Assumed: as in the SDK, a wrong definition makes the whole list wrong. Clients would refuse the portal's list, with
// the tools of every other server.
function requireDefinition(list: 'tools' | 'prompts', item: unknown): Definition {
  const { data, error } = DEFINITIONS[list].safeParse(item)
  if (data) return data
  const name = z.looseObject({ name: z.string() }).safeParse(item).data?.name ?? ''
  const [issue] = error.issues
  throw new Error(`the ${list.slice(0, -1)} "${name}" has no valid ${issue?.path.join('.')}`)
}
