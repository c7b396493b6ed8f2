import { found } from './guest.ts'

const NO_WEBSOCKETS = `WebSockets need workerd: run the emulator with npm start.
`

/** `fetch` as workerd's is where that differs from Node's. */
export function outgoingFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return forwarded(new Request(input, init), found.fetch)
}

/**
 * Sends a request on: `Host` is the URL's, and `Expect` was answered by this server.
 *
 * @returns 501 for a WebSocket, which takes a connection that `fetch` does not hand out
 */
export async function forwarded(
  request: Request,
  send: (request: Request) => Response | Promise<Response>,
): Promise<Response> {
  if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') {
    return new Response(NO_WEBSOCKETS, { status: 501 })
  }
  request.headers.delete('host')
  request.headers.delete('expect')
  return send(request)
}
