import type { McpServer } from '../mcp/server'
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
      mcpMethod: request.headers.get('mcp-method') ?? methodOf(init?.body),
      protocolVersion: request.headers.get('mcp-protocol-version') ?? undefined,
      credential: request.headers.has('authorization') ? 'sent' : 'none',
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

// The 2025 revisions name the method in the body only.
function methodOf(body: unknown): string | undefined {
  if (typeof body !== 'string') return undefined
  try {
    const { method } = JSON.parse(body)
    return typeof method === 'string' ? method : undefined
  } catch {
    return undefined
  }
}
