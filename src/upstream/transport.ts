import type { Endpoint } from '../mcp/endpoints'
import { httpFailure } from './failure'
import type { Fetch } from './fetch'
import type { UpstreamError } from './upstream-error'

// Loaded on demand: its schemas take longer than the rest of the Worker.
const sdk = () => import('@modelcontextprotocol/client')

/**
 * Creates the transport to an endpoint of a server.
 *
 * @param finish keeps a request alive that ends after the transport
 */
export async function transportTo(
  { transport, url }: Endpoint,
  headers: Record<string, string>,
  send: Fetch,
  finish: (request: Promise<unknown>) => void,
) {
  const { SSEClientTransport, StreamableHTTPClientTransport } = await sdk()
  const requestInit = { headers }
  if (transport === 'sse') {
    return new SSEClientTransport(url, { requestInit, fetch: overSse(send, finish) })
  }
  return new StreamableHTTPClientTransport(url, {
    requestInit,
    // The stream for notifications is not opened, because the portal shows its stored catalogue.
    fetch: async (to, init) =>
      init?.method === 'GET' ? new Response(null, { status: 405 }) : send(to, init),
  })
}

/**
 * Makes a connected stream deliver each message once. The SDK's event source calls `onmessage` itself, and workerd's
 * `dispatchEvent` calls it again.
 */
export function deliverOnce(transport: object): void {
  // Private to the SDK. The transport of Streamable HTTP has none.
  const { _eventSource: source } = transport as { _eventSource?: object }
  if (source) Object.defineProperty(source, 'onmessage', { value: undefined })
}

/** Returns the failure of a stream that a server refused; undefined for any other error. */
export async function refusedStream(error: unknown): Promise<UpstreamError | undefined> {
  const { SseError } = await sdk()
  return SseError.isInstance(error) && error.code !== undefined
    ? httpFailure(error.code)
    : undefined
}

// The request for the stream has members that workerd does not know, such as `mode`. The result may arrive in it
// before the response to the message, which the end of the stream must not abort. The SDK's error for a refused
// message has no status.
function overSse(send: Fetch, finish: (request: Promise<unknown>) => void): Fetch {
  return async (url, { body, headers, method, signal } = {}) => {
    const isMessage = method === 'POST'
    const sent = send(url, {
      redirect: 'manual',
      ...(body && { body }),
      ...(headers && { headers }),
      ...(method && { method }),
      ...(signal && !isMessage && { signal }),
    })
    if (isMessage) finish(sent.catch(() => undefined))
    const response = await sent
    if (isMessage && !response.ok) throw httpFailure(response.status)
    return response
  }
}
