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
 * open until the server is closed, as those of workerd do.
 *
 * @param within runs something with the context of the emulator
 * @throws Error where the port is taken
 */
export async function listen(
  port: number,
  answer: Answer,
  within: <T>(act: () => T) => T,
): Promise<Server> {
  const listener = getRequestListener(answer, { overrideGlobalObjects: false })
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, maxHeaderSize: LONGEST_HEADERS_BYTES },
    (incoming, outgoing) => void within(() => listener(incoming, outgoing)),
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
