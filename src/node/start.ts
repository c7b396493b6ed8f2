/**
 * `npm start -- <flags>`: runs `wrangler dev` with these flags, prints its addresses and a line for each
 * decision. wrangler's own line for each request is off; `--log-level info` turns it on.
 */
import { spawn } from 'node:child_process'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Responses } from '../emulator/responses.ts'
import { eventLine } from '../events/event-line.ts'
import { bundleAfterChanges, keptBundle } from './kept-bundle.ts'
import { becomesFree, portFor } from './port.ts'
import { QUIET } from './quiet.ts'

const DEFAULT_PORT = '8788'
const root = fileURLToPath(new URL('../../', import.meta.url))
const flags = process.argv.slice(2)
const isHelp = flags.includes('--help') || flags.includes('-h')

const port = await portFor(flag('port') ?? DEFAULT_PORT)
if (!isHelp && !(await becomesFree(port))) {
  console.error(
    `Port ${port} is taken. Choose another: npm start -- --port <port>; 0 chooses a free one`,
  )
  process.exit(1)
}
const script = isHelp || hasOwnConfiguration() ? [] : [await keptBundle(root), '--no-bundle']
const wrangler = createRequire(import.meta.url).resolve('wrangler/package.json')
const child = spawn(
  process.execPath,
  [
    join(dirname(wrangler), 'bin', 'wrangler.js'),
    'dev',
    ...script,
    ...(flag('log-level') === undefined ? ['--log-level', 'warn'] : []),
    ...flagsWithPort(),
  ],
  {
    stdio: 'inherit',
    env: QUIET,
  },
)
if (script.length > 0) bundleAfterChanges(root)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // On Windows the console sends the signal to wrangler as well. There, kill() would end wrangler
    // before it has stopped workerd.
    if (process.platform !== 'win32') child.kill(signal)
  })
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
if (process.env.npm_lifecycle_event === 'start') stopWithNpm()
if (!isHelp) await announce()

// If a script ends `npm start` with `kill`, npm passes the signal to its shell, which ends without
// passing it on. The server would keep the port, so it stops when that shell is gone.
function stopWithNpm(): void {
  const shell = process.ppid
  setInterval(() => {
    if (process.ppid !== shell) child.kill('SIGTERM')
  }, 500).unref()
}

async function announce(): Promise<void> {
  const address = `${flag('local-protocol') ?? 'http'}://localhost:${port}`
  while (child.exitCode === null) {
    try {
      const response = await get(`${address}/_emulator/urls`)
      const { portals, ...urls } = (await json(response)) as Responses['GET urls']
      if (response.statusCode !== 200) return // The Worker has logged the error.
      console.log(`Ready on ${address}

  MCP server behind Access   ${urls.mcp_server}
  Team domain (the issuer)   ${urls.team_domain}
${portals.map(({ url }) => `  MCP server portal          ${url}\n`).join('')}  Console                    ${urls.console}
`)
      // At any other level wrangler prints these lines itself.
      if (flag('log-level') === undefined) await printEvents(`${address}/_emulator/events?follow`)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

// Prints the line that the Worker logs for each decision. wrangler hides it together with its own line
// for each request.
async function printEvents(address: string): Promise<void> {
  const events = await get(address)
  let text = ''
  for await (const chunk of events.setEncoding('utf8')) {
    text += chunk
    const messages = text.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const data = message.match(/^data: (.*)$/m)?.[1]
      if (data) console.log(eventLine(JSON.parse(data)))
    }
  }
}

// With `--local-protocol https`, wrangler uses a certificate that it signed itself.
function get(address: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = address.startsWith('https:')
      ? https.get(address, { rejectUnauthorized: false }, resolve)
      : http.get(address, resolve)
    request.on('error', reject)
  })
}

// With a configuration of the user's own, wrangler bundles the Worker that it names.
function hasOwnConfiguration(): boolean {
  return flag('config') !== undefined || flags.includes('-c')
}

function flagsWithPort(): string[] {
  return flags.map((each, index) => {
    if (each === '--port=0') return `--port=${port}`
    return each === '0' && flags[index - 1] === '--port' ? port : each
  })
}

/** Returns the value of `--name value` or `--name=value`. The last one counts. */
function flag(name: string): string | undefined {
  let value: string | undefined
  flags.forEach((each, index) => {
    if (each === `--${name}`) value = flags[index + 1]
    else if (each.startsWith(`--${name}=`)) value = each.slice(name.length + 3)
  })
  return value
}
