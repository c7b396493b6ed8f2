import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import type { TestUpstream } from './upstreams'

/**
 * Makes an upstream speak HTTP+SSE at a path, the transport of the revision 2024-11-05: one stream for the
 * responses, whose first event names the address for messages.
 */
export function speakSse(upstream: TestUpstream, path: string, elsewhere = 404): void {
  const streams = new Map<string, ReadableStreamDefaultController<Uint8Array>>()
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'sse', version: '1.0.0' })
    upstream.define(server)
    return server
  })
  const write = (id: string, event: string, data: string) =>
    streams.get(id)?.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${data}\n\n`))
  upstream.respond = async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (request.method === 'GET' && pathname === path) {
      const id = crypto.randomUUID()
      const stream = new ReadableStream<Uint8Array>({
        start: (controller) => {
          streams.set(id, controller)
          write(id, 'endpoint', `/messages?session=${id}`)
        },
        cancel: () => {
          streams.delete(id)
        },
      })
      return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
    }
    if (pathname !== '/messages') return new Response('no', { status: elsewhere })
    const headers = new Headers(request.headers)
    // This transport does not send it.
    headers.set('accept', 'application/json, text/event-stream')
    const response = await handler.fetch(new Request(request, { headers }))
    const text = await response.text()
    const messages = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => data)
    for (const message of messages.length > 0 ? messages : [text]) {
      if (message) write(searchParams.get('session') ?? '', 'message', message)
    }
    // The client reads the result from the stream before it has this response, and must not abort the request.
    await new Promise((resolve) => setTimeout(resolve, 10))
    request.signal.throwIfAborted()
    return new Response(null, { status: 202 })
  }
}
