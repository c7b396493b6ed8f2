import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { portFor } from '../../src/node/port.ts'
import { Client, type Fetch } from './client.ts'
import { isCommand } from './command.ts'

export type Server = {
  port: number
  /** `http://localhost:<port>`. */
  app: string
  /** `http://127.0.0.1:<port>`. */
  team: string
  fetch: Fetch
  client: Client
  /** The output so far. */
  output(): string
  control(method: string, path: string, body?: unknown): Promise<Response>
  stop(): Promise<void>
}

/** `fetch` of the network that leaves redirects to the caller. */
export const networkFetch: Fetch = (url, init) => fetch(url, { redirect: 'manual', ...init })

// The script of `npm start` runs without npm, which takes as long as the command's whole start. The flags
// of a folder differ. Without one, the command keeps everything in memory, and `npm start` in
// the project's own folder.
const START = isCommand
  ? { command: [process.execPath, 'src/node/cli.ts'], persist: '--persist' }
  : {
      command: [process.execPath, 'src/node/start.ts', '--inspector-port', '0'],
      persist: '--persist-to',
    }

// The portal of the default seed adds records that most tests are not about.
const NO_PORTALS = ['--var', 'MCP_SERVERS:[]', '--var', 'MCP_PORTALS:[]']

/**
 * Starts the script of `npm start`, or the package's command in the project `command`, on a free port and with a store
 * of its own.
 *
 * @param flags further flags; both have `--var`
 * @param store a folder to keep the store in; without one, the store ends at `stop`
 */
export async function startServer(flags: string[] = [], store?: string): Promise<Server> {
  for (let left = 3; ; left--) {
    try {
      return await start(flags, store)
    } catch (error) {
      // wrangler looks for free ports of its own; two that start at once may find the same.
      if (left === 0 || !/Address already in use|Port \d+ is taken/.test(String(error))) throw error
    }
  }
}

async function start(flags: string[], store?: string): Promise<Server> {
  const port = await freePort()
  const folder = store ?? (isCommand ? undefined : await mkdtemp(join(tmpdir(), 'emulator-')))
  const [file = '', ...before] = START.command
  const persist = folder === undefined ? [] : [START.persist, folder]
  const child = spawn(
    file,
    [...before, '--port', String(port), ...persist, ...NO_PORTALS, ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  )
  let printed = ''
  child.stdout.on('data', (chunk) => (printed += chunk))
  child.stderr.on('data', (chunk) => (printed += chunk))
  // An interrupted run must not leave its servers behind.
  const kill = () => {
    // The whole group: of `npm start`, that is the start script, wrangler and workerd.
    const hasEnded = child.exitCode !== null || child.signalCode !== null
    if (!hasEnded && child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  const stop = async () => {
    process.off('exit', kill)
    kill()
    await exited
    if (!store && folder) await rm(folder, { recursive: true, force: true })
  }
  const app = `http://localhost:${port}`
  const team = `http://127.0.0.1:${port}`
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(app).then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (tries > 300 || child.exitCode !== null) {
      await stop()
      throw new Error(`${START.command.join(' ')} did not answer:\n${printed}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    port,
    app,
    team,
    fetch: networkFetch,
    client: new Client(networkFetch, app, team),
    output: () => printed,
    control: (method, path, body) =>
      networkFetch(`${app}/_emulator/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      }),
    stop,
  }
}

/** A free port. */
export const freePort = async () => Number(await portFor('0'))

/**
 * The output other than the lines of decisions: warnings, errors, requests. A warning of wrangler's proxy is
 * left out: its connection to the Worker broke, for example after a test's abort, and a second attempt succeeded.
 */
export function otherLines(printed: string): string[] {
  return printed
    .split('\n')
    .filter((line) => line.trim() !== '' && !DECISION.test(line) && !RECOVERED.test(line))
}

const DECISION = /^\d\d:\d\d:\d\d (\d{3} \S+ \S+ )?[+?.!-] \w/
const RECOVERED = /ProxyWorker: .* recovered on attempt \d after a dropped connection/
