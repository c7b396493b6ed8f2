import { once } from 'node:events'
import { type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { text } from 'node:stream/consumers'

export type RawResponse = { status: number; headers: IncomingMessage['headers']; body: string }

/**
 * One request to a port of this machine by node:http, for requests that `fetch` cannot send: a `Host`, an
 * `Origin`, hop-by-hop headers, a path as it is written.
 *
 * @param headers a list keeps their case and their repetitions
 */
export async function rawRequest(
  port: number,
  path: string,
  headers: OutgoingHttpHeaders | string[] = {},
  { method = 'GET', body }: { method?: string; body?: string } = {},
): Promise<RawResponse> {
  const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await text(response),
  }
}
