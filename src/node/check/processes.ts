import { type ChildProcess, execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const GRACE_MS = 1000
const POLL_INTERVAL_MS = 50
const VARIABLE = 'ACCESS_OAUTH_EMULATOR_RUN'

/** A variable in the environment of a process and of everything that it starts. */
export type Mark = { [VARIABLE]: string }

/** Returns a mark for a new process. */
export function newMark(): Mark {
  return { [VARIABLE]: randomUUID() }
}

/**
 * Ends a process and everything that it has started, members of other process groups included: with
 * SIGTERM, and with SIGKILL after a second.
 */
export async function endWithChildren(child: ChildProcess, mark: Mark): Promise<void> {
  if (child.pid === undefined) return
  if (process.platform === 'win32') {
    child.kill()
    await promisify(execFile)('taskkill', ['/PID', String(child.pid), '/T', '/F']).catch(() => {})
    return
  }
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    let processes = await processesOf(child, mark)
    send(-child.pid, signal)
    for (const pid of processes) send(pid, signal)
    for (const end = Date.now() + GRACE_MS; Date.now() < end; ) {
      processes = process.platform === 'linux' ? await markedWith(mark) : processes.filter(isAlive)
      if (processes.length === 0) return
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
    }
  }
}

// On Linux, the mark also finds processes whose parents have ended.
async function processesOf({ pid = 0 }: ChildProcess, mark: Mark): Promise<number[]> {
  return process.platform === 'linux' ? markedWith(mark) : withChildren(pid)
}

async function markedWith(mark: Mark): Promise<number[]> {
  const entry = `${VARIABLE}=${mark[VARIABLE]}`
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    pids.map(async (pid) => {
      // The environment of other users' processes cannot be read.
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
      return environment.split('\0').includes(entry) ? [Number(pid)] : []
    }),
  )
  return found.flat()
}

async function withChildren(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const found = [pid]
  // The list grows while it is read.
  for (const parent of found) {
    for (const [child = 0, of] of rows) if (of === parent) found.push(child)
  }
  return found
}

/** Sends a signal to a process; to its group, if the id is negative. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
