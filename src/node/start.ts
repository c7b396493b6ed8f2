/**
 * `npm start -- <flags>`: runs `wrangler dev` with every flag handed through, without a line of
 * output per request (`--log-level info` brings them back), and says where things are.
 */
import { spawn } from 'node:child_process'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { eventLine } from '../events/event-line.ts'
import { bundleAnewAfterChanges, keptBundle } from './kept-bundle.ts'
import { becomesFree, portFor } from './port.ts'
import { QUIET } from './quiet.ts'

const DEFAULT_PORT = '8788'
const root = fileURLToPath(new URL('../../', import.meta.url))
const flags = process.argv.slice(2)
const isHelp = flags.includes('--help') || flags.includes('-h')

const port = await portFor(flag('port') ?? DEFAULT_PORT)
if (!isHelp && !(await becomesFree(port))) {
  console.error(`Port ${port} is taken: npm start -- --port <another>, or 0 for any that is free`)
  process.exit(1)
}
const script = isHelp || namesItsOwn() ? [] : [await keptBundle(root), '--no-bundle']
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
if (script.length > 0) bundleAnewAfterChanges(root)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The console of Windows has sent it to wrangler as well, and kill() there would end wrangler
    // before that has stopped workerd.
    if (process.platform !== 'win32') child.kill(signal)
  })
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
if (process.env.npm_lifecycle_event === 'start') stopWithNpm()
if (!isHelp) await announce()

// `kill` of `npm start`, as in a script that started it with `&`: npm hands the signal to its shell,
// which ends without handing it on, and the server would keep the port.
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
      const answer = await get(`${address}/_emulator/urls`)
      const urls = (await json(answer)) as Record<string, string>
      if (answer.statusCode !== 200) return // The Worker has logged what is wrong.
      console.log(`Ready on ${address}

  MCP server behind Access   ${urls.mcp_server}
  Team domain (the issuer)   ${urls.team_domain}
  Console                    ${urls.console}
`)
      // At another level wrangler prints what the Worker logs, which is the same.
      if (flag('log-level') === undefined) await tellEvents(`${address}/_emulator/events?follow`)
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

// A line for each decision, as the Worker logs it; wrangler hides that together with its line for each
// request.
async function tellEvents(address: string): Promise<void> {
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

// The certificate of `--local-protocol https` is one that wrangler made for itself.
function get(address: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = address.startsWith('https:')
      ? https.get(address, { rejectUnauthorized: false }, resolve)
      : http.get(address, resolve)
    request.on('error', reject)
  })
}

// With another configuration, wrangler bundles what that says.
function namesItsOwn(): boolean {
  return flag('config') !== undefined || flags.includes('-c')
}

function flagsWithPort(): string[] {
  return flags.map((each, index) => {
    if (each === '--port=0') return `--port=${port}`
    return each === '0' && flags[index - 1] === '--port' ? port : each
  })
}

/** The value of `--name value` or `--name=value`; the last one counts. */
function flag(name: string): string | undefined {
  let value: string | undefined
  flags.forEach((each, index) => {
    if (each === `--${name}`) value = flags[index + 1]
    else if (each.startsWith(`--${name}=`)) value = each.slice(name.length + 3)
  })
  return value
}
