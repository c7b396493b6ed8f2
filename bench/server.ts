import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { portFor } from '../src/node/port.ts'
import { QUIET } from '../src/node/quiet.ts'
import { type Send, sender } from './http.ts'

const wranglerFolder = dirname(createRequire(import.meta.url).resolve('wrangler/package.json'))

export type Server = {
  port: number
  send: Send
  /** From the start of the process to the first response of its probe, in milliseconds. */
  coldStartMs: number
  /** Returns the memory of workerd in MiB: its proportional share of every page (PSS). */
  memoryMiB(): Promise<number>
  stop(): Promise<void>
}

/**
 * Starts `wrangler dev` with a configuration, in the same environment as `npm start` and with an empty
 * store.
 *
 * @param probe the path that responds when the server is ready
 * @param flags further flags of `wrangler dev`
 * @param ready the status of that response
 */
export async function startServer(
  config: string,
  probe: string,
  flags: string[] = [],
  ready = 200,
): Promise<Server> {
  const port = Number(await portFor('0'))
  const store = await mkdtemp(join(tmpdir(), 'bench-'))
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [
      join(wranglerFolder, 'bin', 'wrangler.js'),
      'dev',
      ...['--config', config, '--log-level', 'warn', '--persist-to', store],
      ...['--port', String(port), '--inspector-port', '0'],
      ...flags,
    ],
    {
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: QUIET,
    },
  )
  const kill = () => {
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const send = sender(port)
  await untilStatus(child, send, probe, ready)
  return {
    port,
    send,
    coldStartMs: performance.now() - started,
    memoryMiB: () => workerdMemory(child.pid ?? 0),
    async stop() {
      process.off('exit', kill)
      kill()
      await exited
      await rm(store, { recursive: true, force: true })
    },
  }
}

/** Waits for the first response with a status. */
export async function untilStatus(
  child: ChildProcess,
  send: Send,
  probe: string,
  expected = 200,
): Promise<void> {
  while (child.exitCode === null) {
    const status = await send(probe).then(
      (response) => response.status,
      () => undefined,
    )
    if (status === expected) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`The server ended with ${child.exitCode}`)
}

// Linux only, because it reads /proc.
async function workerdMemory(group: number): Promise<number> {
  let kib = 0
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    // pid (name) state parent group
    const [, name, processGroup] = stat.match(/^\d+ \((.*)\) \S+ \d+ (\d+)/) ?? []
    if (name !== 'workerd' || Number(processGroup) !== group) continue
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8')
    kib += Number(rollup.match(/^Pss:\s+(\d+) kB/m)?.[1])
  }
  return kib / 1024
}
