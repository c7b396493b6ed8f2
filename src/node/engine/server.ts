import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

type Respond = (request: Request) => Response | Promise<Response>

// The limit of Cloudflare.
const LONGEST_HEADERS_BYTES = 128 * 1024

/** The HTTP server of an emulator. */
export type Server = { port: number; close(): Promise<void> }

/**
 * Listens on 127.0.0.1. As in workerd, requests have no timeout, and idle connections stay open until
 * the server is closed. The log has no line for a client or an origin that disconnects, the only thing
 * the adapter would report.
 *
 * @throws Error if the port is taken
 */
export async function listen(port: number, respond: Respond): Promise<Server> {
  const listener = getRequestListener(respond, { overrideGlobalObjects: false })
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    incoming.url = originForm(incoming.url ?? '/')
    void listener(incoming, outgoing)
  }
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize: LONGEST_HEADERS_BYTES },
    handle,
  )
  // workerd ignores an expectation that it does not know. Node would respond with 417.
  server.on('checkExpectation', handle)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve)
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE') throw error
    throw new Error(`Port ${port} is taken`, { cause: error })
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

// RFC 9112 3.2.2: an absolute target replaces `Host`. workerd uses `Host`, which decides whether the
// caller may control the emulator, so the target's own host is removed here.
function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return rest === target || rest.startsWith('/') ? rest : `/${rest}`
}
