import type { Figure } from './figures.ts'
import { expectStatus, type Send } from './http.ts'
import { median, oneCaller, type Round, ratio } from './measure.ts'
import { startEmulator, startMcp } from './servers.ts'
import { subject } from './subjects.ts'

const REVISION = '2026-07-28'
const META = {
  'io.modelcontextprotocol/protocolVersion': REVISION,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/**
 * Measures an MCP portal: its list beside that of the demo, and a call through it beside two calls of its
 * server, a bare Worker under the same `wrangler dev`.
 */
export async function portals(rounds: number, times: number): Promise<Figure[]> {
  const bare = await startMcp()
  const hostname = `http://localhost:${bare.port}/mcp`
  const server = { id: 'bare', name: 'Bare', hostname, auth_type: 'unauthenticated' }
  const portal = {
    id: 'bench',
    name: 'Bench',
    hostname: 'bench.localhost',
    servers: [{ server_id: 'bare' }],
  }
  const emulator = await startEmulator([
    `MCP_SERVERS:${JSON.stringify([server])}`,
    `MCP_PORTALS:${JSON.stringify([portal])}`,
  ])
  try {
    const { app, addresses, team } = emulator
    const tokenFor = async (resource: string) => {
      const oauth = subject(team, { ...addresses, resource })
      return (await oauth.flow(await oauth.register())).access_token
    }
    const base = `http://localhost:${emulator.port}`
    const demo = speaking(app, '/mcp', await tokenFor(`${base}/mcp`))
    const endpoint = '/portals/bench/mcp'
    const through = speaking(app, endpoint, await tokenFor(`${base}${endpoint}`))
    const direct = speaking(bare.send, '/mcp')
    const found = await oneCaller(
      {
        'demo tools/list': () => demo('tools/list'),
        'portal tools/list': () => through('tools/list'),
        'bare tools/call twice': async () => {
          await direct('tools/call', 'echo')
          await direct('tools/call', 'echo')
        },
        'portal tools/call': () => through('tools/call', 'bare_echo'),
      },
      { rounds, times },
    )
    const figure = (what: string, to: string, target = {}): Figure => ({
      what,
      unit: 'ms',
      value: median(p50s(found[what])),
      p99: median((found[what] ?? []).map(({ p99 }) => p99)),
      ratio: { value: ratio(p50s(found[what]), p50s(found[to])), to, ...target },
    })
    return [
      figure('demo tools/list', 'demo tools/list'),
      figure('portal tools/list', 'demo tools/list', { atMost: 2 }),
      figure('bare tools/call twice', 'bare tools/call twice'),
      figure('portal tools/call', 'bare tools/call twice', { atMost: 1.5 }),
    ]
  } finally {
    for (const each of [emulator, bare]) await each.stop()
  }
}

// A client of 2026, whose requests need no session.
function speaking(send: Send, path: string, token?: string) {
  return async (method: string, name?: string) => {
    const headers = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-protocol-version': REVISION,
      'mcp-method': method,
      ...(name && { 'mcp-name': name }),
      ...(token && { authorization: `Bearer ${token}` }),
    }
    const params = { ...(name && { name, arguments: { text: 'bench' } }), _meta: META }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = expectStatus(await send(path, { method: 'POST', headers, body }), 200)
    if (!response.body.includes('"result"') || response.body.includes('"isError":true')) {
      throw new Error(response.body)
    }
  }
}

function p50s(rounds: Round[] = []): number[] {
  return rounds.map(({ p50 }) => p50)
}
