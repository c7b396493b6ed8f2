import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

type Answer = (request: Request) => Response | Promise<Response>

// As many as Cloudflare takes.
const LONGEST_HEADERS_BYTES = 128 * 1024

/** The HTTP server of an emulator. */
export type Server = { port: number; close(): Promise<void> }

/**
 * Listens on 127.0.0.1. A request may take as long as it wants, and a connection that is kept stays
 * open until the server is closed, as those of workerd do. That a client or an origin hangs up is no
 * line of the log, and the adapter has no other.
 *
 * @throws Error where the port is taken
 */
export async function listen(port: number, answer: Answer): Promise<Server> {
  const listener = getRequestListener(answer, { overrideGlobalObjects: false })
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize: LONGEST_HEADERS_BYTES },
    (incoming, outgoing) => {
      incoming.url = originForm(incoming.url ?? '/')
      void listener(incoming, outgoing)
    },
  )
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

// RFC 9112 3.2.2 has an absolute target win over `Host`; workerd goes by `Host`, and who controls the
// emulator is told by that. https: is no scheme of this server.
function originForm(target: string): string {
  const rest = target.replace(/^https?:\/\/[^/?#]*/i, '')
  return rest === target || rest.startsWith('/') ? rest : `/${rest}`
}
