/**
 * A proxy in front of a portal for clients that can neither sign in nor know the prefix of a server: it adds
 * a token to each request, the prefix to the names in requests, and removes it from lists.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

type Message = { method?: string; params?: Record<string, unknown>; result?: unknown }

/** Starts the proxy in front of an endpoint. */
export async function startShim(
  endpoint: string,
  prefix: string,
  token: string,
): Promise<{ url: string; close(): void }> {
  const forward = async (request: Request) => {
    const headers = new Headers(request.headers)
    for (const name of ['host', 'connection', 'content-length']) headers.delete(name)
    headers.set('authorization', `Bearer ${token}`)
    const named = headers.get('mcp-name')
    const isNamed = /^(tools|prompts)\//.test(headers.get('mcp-method') ?? '')
    if (named && isNamed) headers.set('mcp-name', prefixed(named, prefix))
    const body = request.method === 'POST' ? renamed(await request.text(), prefix) : null
    const response = await fetch(endpoint, { method: request.method, headers, body })
    return new Response(response.body?.pipeThrough(withoutPrefix(prefix)), {
      status: response.status,
      headers: without(response.headers, 'content-length', 'content-encoding'),
    })
  }
  const server = createServer(getRequestListener(forward))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/mcp`, close: () => server.close() }
}

// The portal's own tools have no prefix.
function prefixed(name: string, prefix: string): string {
  return name.startsWith('portal_') ? name : prefix + name
}

function renamed(text: string, prefix: string): string {
  try {
    const message: Message = JSON.parse(text)
    const { method, params } = message
    if (method !== 'tools/call' && method !== 'prompts/get') return text
    const name = prefixed(String(params?.name), prefix)
    return JSON.stringify({ ...message, params: { ...params, name } })
  } catch {
    return text
  }
}

// No result of the suite's server contains the prefix.
function withoutPrefix(prefix: string): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  return new TransformStream({
    transform(chunk, controller) {
      const text = decoder.decode(chunk, { stream: true })
      controller.enqueue(encoder.encode(text.replaceAll(`"name":"${prefix}`, '"name":"')))
    },
  })
}

function without(headers: Headers, ...names: string[]): Headers {
  const rest = new Headers(headers)
  for (const name of names) rest.delete(name)
  return rest
}
