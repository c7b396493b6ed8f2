import { Agent, request } from 'node:http'

export type Sent = { method?: string; headers?: Record<string, string>; body?: string }
export type Answer = { status: number; location: string; body: string }
export type Send = (path: string, sent?: Sent) => Promise<Answer>

/**
 * Requests to one port of this machine, over connections that are kept. Node's own HTTP client, because `fetch` adds a
 * third of a millisecond to both sides of every ratio.
 */
export function sender(port: number, host = `localhost:${port}`): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const target = { host: '127.0.0.1', port }
  return (path, { method = 'GET', headers, body } = {}) =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        { agent, ...target, path, method, headers: { host, ...headers } },
        (incoming) => {
          const chunks: Buffer[] = []
          incoming.on('data', (chunk) => chunks.push(chunk))
          incoming.on('error', reject)
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              location: incoming.headers.location ?? '',
              body: Buffer.concat(chunks).toString(),
            }),
          )
        },
      )
      outgoing.on('error', reject)
      outgoing.end(body)
    })
}

/** @throws the whole answer, where it is not of this status */
export function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer
  throw new Error(`expected ${status}, got ${answer.status} ${answer.location} ${answer.body}`)
}
