import * as z from 'zod'
import type { McpServer } from '../mcp/server'
import { jsonOf } from '../oauth/encoding'
import { isLoopback } from '../oauth/loopback'
import type { AppContext } from '../request/context'
import { report } from '../request/events'
import { withinSize, withinTime } from './limits'

/** The mark of a request of a portal. Portal: observed [MP62]. Direct requests do not have it. */
export const PORTAL_WORKER = 'gateway.agents.cloudflare.com'

// The hosts of the built-in servers (`demo/upstreams.ts`, which is loaded on demand).
const BUILT_IN_HOSTS = '.mcp.localhost'

/** The part of `fetch` that the SDK uses. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/**
 * Returns the `fetch` of requests to a server: with the portal's headers, and with an event for each
 * request. A request to this emulator is handled in this process.
 *
 * Portal: observed [MP62]. Nothing identifies the person [MP63].
 */
export function upstreamFetch(c: AppContext, server: McpServer): Fetch {
  return async function fetchUpstream(input, init) {
    const request = new Request(input, { redirect: 'manual', ...init })
    request.headers.set('Cf-Worker', PORTAL_WORKER)
    request.headers.set('Cf-Ray', c.get('rayId'))
    const started = Date.now()
    const sent = {
      kind: 'upstream-request',
      server: server.id,
      method: request.method,
      // The query may contain a code or a token.
      url: request.url.split('?')[0] ?? '',
      ...messageOf(request.headers, init?.body),
      protocolVersion: request.headers.get('mcp-protocol-version') ?? undefined,
      credential: isSent(request.headers, server) ? 'sent' : 'none',
    } as const
    try {
      const response = withinSize(await withinTime((late) => send(c, aborting(request, late))))
      const durationMs = Date.now() - started
      report(c, { ...sent, responseStatus: response.status, durationMs })
      return response
    } catch (error) {
      report(c, { ...sent, durationMs: Date.now() - started })
      throw error
    }
  }
}

// A server's own headers may have any name.
function isSent(headers: Headers, { credential }: McpServer): boolean {
  return headers.has('authorization') || credential.kind === 'headers'
}

function aborting(request: Request, late: AbortSignal): Request {
  return new Request(request, { signal: AbortSignal.any([request.signal, late]) })
}

// The emulator is a server of its own portals: at a URL of `localhost` without a port, or with its own. A Worker
// cannot always connect to its own address, so such a request is handled in this process.
async function send(c: AppContext, request: Request): Promise<Response> {
  const own = c.get('url')
  const target = new URL(request.url)
  if (target.hostname.endsWith(BUILT_IN_HOSTS)) {
    const { builtInServer } = await import('../demo/upstreams')
    return builtInServer(request)
  }
  if (isLoopback(target.hostname) && target.port === '') target.port = own.port
  const isOwn =
    target.host === own.host || (isLoopback(target.hostname) && target.port === own.port)
  return isOwn ? c.get('sendToSurfaces')(new Request(target, request)) : fetch(request)
}

const messageSchema = z.object({
  method: z.string(),
  params: z.object({ name: z.string().optional(), uri: z.string().optional() }).catch({}),
})

// The 2025 revisions name the method and the tool in the body only.
function messageOf(headers: Headers, body: unknown): { mcpMethod?: string; mcpName?: string } {
  const message = messageSchema.safeParse(typeof body === 'string' ? jsonOf(body) : undefined).data
  const method = headers.get('mcp-method') ?? message?.method
  const name = headers.get('mcp-name') ?? message?.params.name ?? message?.params.uri
  return {
    ...(method !== undefined && { mcpMethod: method }),
    ...(name !== undefined && { mcpName: name }),
  }
}
