import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { keptBundle } from '../src/node/kept-bundle.ts'
import { expectStatus, type Send, sender } from './http.ts'
import { type Server, startServer } from './server.ts'
import { type Addresses, type Subject, subject } from './subjects.ts'

export const METADATA = '/.well-known/oauth-authorization-server'
const PROVIDER_HOST = 'mcp.example.com'
const PATH = '/cdn-cgi/access'
const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Starts the origin that the emulator and the bare Worker forward to, the smallest possible one. */
export async function startOrigin(): Promise<{ url: string; stop(): void }> {
  const server = createServer((_, response) => response.end('{"ok":true}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, stop: () => server.close() }
}

/**
 * Starts the bare Worker.
 *
 * @param body the response of its `/static`
 */
export function startBare(originUrl: string, body: string): Promise<Server> {
  return startServer('bench/bare/wrangler.toml', '/static', [
    ...['--var', `ORIGIN_URL:${originUrl}`],
    ...['--var', `STATIC_BODY:${body}`],
  ])
}

/** Starts a bare MCP server, whose responses to GET are 405. */
export function startMcp(): Promise<Server> {
  return startServer('bench/mcp/wrangler.toml', '/', [], 405)
}

export type Emulator = Server & {
  oauth: Subject
  addresses: Addresses
  /** Requests to the application's host, and to the team's. */
  app: Send
  team: Send
}

/** Starts the emulator from the bundle of `npm start`, with values of settings: `['ORIGIN_URL:http://...']`. */
export async function startAlone(vars: string[]): Promise<Server> {
  const script = await keptBundle(ROOT)
  const flags = [script, '--no-bundle', ...vars.flatMap((each) => ['--var', each])]
  return startServer('wrangler.toml', METADATA, flags)
}

/** Starts the emulator and turns on automatic sign-in. */
export async function startEmulator(vars: string[]): Promise<Emulator> {
  const server = await startAlone(vars)
  const { port } = server
  const app = sender(port, `localhost:${port}`)
  const team = sender(port, `127.0.0.1:${port}`)
  const addresses = {
    registration: `${PATH}/oauth/registration`,
    authorization: `${PATH}/oauth/authorization`,
    token: `${PATH}/oauth/token`,
    resource: `http://localhost:${port}/`,
  }
  const oauth = subject(team, addresses)
  const rule = {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"email":"ada@example.com"}',
  }
  expectStatus(await app('/_emulator/auto-sign-in', rule), 200)
  return { ...server, app, team, oauth, addresses }
}

export async function startProvider(): Promise<Server & { oauth: Subject }> {
  const server = await startServer('bench/provider/wrangler.toml', METADATA, [
    ...['--host', PROVIDER_HOST, '--upstream-protocol', 'https'],
  ])
  const oauth = subject(server.send, {
    registration: '/oauth/register',
    authorization: '/authorize',
    token: '/oauth/token',
    resource: `https://${PROVIDER_HOST}/mcp`,
  })
  return { ...server, oauth }
}
