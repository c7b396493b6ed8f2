import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { freePort } from './server'

/** An application behind the gate: a server of node:http that a test controls. */
export class Origin {
  readonly #handlers = new Map<string, RequestListener>()
  readonly server: Server = createServer((request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    const handler = this.#handlers.get(path)
    if (handler) return handler(request, response)
    response.writeHead(404).end(`the origin has no ${path}`)
  })

  private constructor(readonly port: number) {}

  static async start(): Promise<Origin> {
    const origin = new Origin(await freePort())
    await origin.listen()
    return origin
  }

  get url(): string {
    return `http://localhost:${this.port}`
  }

  /** Sets the response of the origin at this path. */
  on(path: string, handler: RequestListener): void {
    this.#handlers.set(path, handler)
  }

  /** The next request for this path, held until the test responds. */
  next(path: string): Promise<Parameters<RequestListener>> {
    return new Promise((resolve) => this.on(path, (...exchange) => resolve(exchange)))
  }

  async listen(): Promise<void> {
    this.server.listen(this.port)
    await once(this.server, 'listening')
  }

  async close(): Promise<void> {
    this.server.close()
    this.server.closeAllConnections()
    await once(this.server, 'close')
  }
}
