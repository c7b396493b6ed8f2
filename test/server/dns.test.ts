import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { freePort, type Server, startServer } from '../support/server'

type Answer = { status: number; records: { type: number; data: string }[] }

const ACCOUNT = '0123456789abcdef0123456789abcdef'
const questions: URLSearchParams[] = []
let answer: Answer = { status: 200, records: [] }
let server: Server
const resolver = createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://resolver')
  questions.push(url.searchParams)
  response.writeHead(answer.status, { 'content-type': 'application/dns-json' })
  response.end(JSON.stringify({ Status: 0, Answer: answer.records }))
})

beforeAll(async () => {
  const port = await freePort()
  resolver.listen(port, '127.0.0.1')
  await once(resolver, 'listening')
  server = await startServer(['--var', `DNS_RESOLVER:http://127.0.0.1:${port}/dns-query`])
})
afterAll(async () => {
  await server?.stop()
  resolver.close()
})

const clients = async (method: string, path = '', body?: unknown) => {
  const url = `${server.app}/client/v4/accounts/${ACCOUNT}/oauth_clients${path}`
  const response = await fetch(url, {
    method,
    headers: { authorization: 'Bearer any', 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const { result } = (await response.json()) as {
    result: { client_id: string; client_uri_verification: { status: string; text: string } }
  }
  return result
}
const statusOf = async (id: string) =>
  (await clients('GET', `/${id}`)).client_uri_verification.status

it('a client_uri is verified by real DNS over HTTPS, if DNS_RESOLVER names a resolver [C10]', async () => {
  answer = { status: 500, records: [] }
  const created = await clients('POST', '', {
    client_name: 'App',
    grant_types: ['authorization_code'],
    redirect_uris: ['https://app.example/callback'],
    response_types: ['code'],
    scopes: ['dns.write'],
    token_endpoint_auth_method: 'none',
    client_uri: 'https://app.example/home',
  })
  const { client_id: id, client_uri_verification: verification } = created
  const becomes = (status: string) =>
    vi.waitFor(async () => expect(await statusOf(id)).toBe(status), { timeout: 15_000 })
  // The look-up is repeated if the resolver fails, or returns other records only.
  await becomes('in_progress')
  answer = {
    status: 200,
    records: [
      { type: 16, data: '"v=spf1 -all"' },
      { type: 5, data: verification.text },
    ],
  }
  const asked = questions.length
  await vi.waitFor(() => expect(questions.length).toBeGreaterThan(asked + 1), { timeout: 15_000 })
  expect(await statusOf(id)).toBe('in_progress')
  expect(Object.fromEntries(questions.at(-1) ?? [])).toEqual({ name: 'app.example', type: 'TXT' })
  const [first, rest] = [verification.text.slice(0, 20), verification.text.slice(20)]
  answer = { status: 200, records: [{ type: 16, data: `"${first}" "${rest}"` }] }
  await becomes('verified')
})
