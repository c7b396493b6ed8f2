/**
 * `npm run clients:portal`: runs the MCP Inspector's command line and the conformance suite of MCP against a
 * portal of the command. Both are fetched into a temporary folder.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { portFor } from '../../src/node/port.ts'
import { provide } from '../packages.ts'
import { startEverything } from './everything.ts'
import { startShim } from './shim.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(dirname(HERE))
const SERVER = 'all'

const everything = await startEverything()
const port = await portFor('0')
const servers = [
  { id: SERVER, name: 'All', hostname: everything.url, auth_type: 'unauthenticated' },
]
const portals = [
  { id: 'tools', name: 'Tools', hostname: 'tools.localhost', servers: [{ server_id: SERVER }] },
]
const emulator = spawn(
  process.execPath,
  [
    join(ROOT, 'src/node/cli.ts'),
    ...['--port', port],
    ...['--var', `MCP_SERVERS:${JSON.stringify(servers)}`],
    ...['--var', `MCP_PORTALS:${JSON.stringify(portals)}`],
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
)
const control = `http://localhost:${port}/_emulator`
const endpoint = `http://localhost:${port}/portals/tools/mcp`
try {
  await ready()
  await send('PUT', 'auto-sign-in', { email: 'ada@example.com' })
  const suite = '@modelcontextprotocol/conformance'
  const results = [
    await judged({ name: '@modelcontextprotocol/inspector' }, inspect),
    await judged({ name: suite }, conformance('expected-2025.yml')),
    // The first version that has the scenarios of 2026.
    await judged(
      { name: suite, version: '0.2.0-alpha.12' },
      conformance('expected-2026.yml', '--requirements', '2026-07-28'),
    ),
  ]
  for (const { name, version, isGood } of results) {
    console.log(`${isGood ? 'passed' : 'FAILED'}  ${name} ${version}`)
  }
  if (results.some(({ isGood }) => !isGood)) process.exitCode = 1
} finally {
  emulator.kill()
  everything.close()
}

type Verdict = { name: string; version: string; isGood: boolean }
type Package = { name: string; version?: string }

/** Judges the portal with a package that is installed for it. */
async function judged(
  { name, version = 'latest' }: Package,
  judge: (folder: string) => Promise<boolean>,
): Promise<Verdict> {
  const provided = await provide({ from: 'npm', name, version }, ROOT)
  if ('missing' in provided) return { name, version: provided.missing, isGood: false }
  try {
    return { name, version: provided.version, isGood: await judge(provided.folder) }
  } finally {
    await provided.remove()
  }
}

// The Inspector signs in with a browser. Here that is curl, which follows the redirects of automatic sign-in.
async function inspect(folder: string): Promise<boolean> {
  const bin = join(folder, 'openers')
  await mkdir(bin)
  for (const opener of ['browser', 'xdg-open', 'open']) {
    const script = '#!/bin/sh\ncurl -sL --retry 5 --retry-all-errors "$1" > /dev/null &\n'
    await writeFile(join(bin, opener), script, { mode: 0o755 })
  }
  const env = {
    ...process.env,
    HOME: folder,
    BROWSER: join(bin, 'browser'),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    MCP_AUTO_OPEN_ENABLED: 'true',
  }
  const cli = (...args: string[]) =>
    run(
      join(folder, 'node_modules/.bin/mcp-inspector'),
      ['--cli', endpoint, '--transport', 'http', '--method', ...args],
      env,
    )
  const listed = await cli('tools/list')
  const called = await cli('tools/call', '--tool-name', `${SERVER}_test_simple_text`)
  return (
    listed.output.includes(`${SERVER}_test_simple_text`) && called.output.includes('simple text')
  )
}

/** Returns a judge that runs the conformance suite, whose failures are those of a file and no others. */
function conformance(expected: string, ...flags: string[]) {
  return async (folder: string) => {
    const email = 'ada@example.com'
    const tokens = await send('POST', 'tokens', { email, resource: endpoint })
    const { access_token: token } = (await tokens.json()) as { access_token: string }
    const shim = await startShim(endpoint, `${SERVER}_`, token)
    const file = join(HERE, expected)
    const args = ['server', '--url', shim.url, '--expected-failures', file, ...flags]
    const { output, status } = await run(join(folder, 'node_modules/.bin/conformance'), args)
    shim.close()
    console.log(output.slice(output.indexOf('=== SUMMARY')))
    return status === 0
  }
}

// Not synchronous, because the server and the proxy run in this process.
async function run(command: string, args: string[], env = process.env) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  return { output, status }
}

async function ready(): Promise<void> {
  for (let left = 100; left > 0; left--) {
    if (
      await fetch(`${control}/urls`).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the emulator did not start')
}

async function send(method: string, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${control}/${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(await response.text())
  return response
}
