import { found } from './guest.ts'

const NO_WEBSOCKETS = 'WebSockets need workerd: run the emulator with npm start.\n'

/** Sends a request as workerd's `fetch` does where that differs from Node's. */
export function outgoingFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  return forwarded(new Request(input, init), found.fetch)
}

/**
 * Forwards a request. Its `Host` is the URL's; this server has handled its `Expect`.
 *
 * @returns 501 for a WebSocket, which needs a connection that `fetch` does not expose
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
