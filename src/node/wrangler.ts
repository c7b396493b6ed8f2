import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { guardGroup, HAS_GROUPS } from './guard.ts'
import { QUIET } from './quiet.ts'

// wrangler looks for free ports of its own before it uses them. Two that start at once may find the same.
const MOST_STARTS = 10
const PORT_TAKEN = /Address already in use/

/** A running `wrangler dev`. */
export type Wrangler = {
  isRunning(): boolean
  /** Stops it, and ends this process with it. */
  stop(signal: NodeJS.Signals): void
}

/**
 * Runs `wrangler dev` with these arguments. This process ends with it.
 *
 * @param isReady whether the Worker has responded, so that a taken port is not one of the start
 */
export function runWrangler(args: string[], isReady: () => boolean): Wrangler {
  let starts = 0
  let child = start()
  let isStopping = false
  return {
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop(signal) {
      isStopping = true
      child.kill(signal)
    },
  }

  function start(): ChildProcess {
    starts++
    const started = spawn(process.execPath, ['--no-warnings', cliOfWrangler(), 'dev', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: QUIET,
      detached: HAS_GROUPS,
    })
    const end = guardGroup(started)
    let isPortTaken = false
    const passOn = (to: NodeJS.WriteStream) => (chunk: Buffer) => {
      isPortTaken ||= !isReady() && PORT_TAKEN.test(String(chunk))
      if (!isPortTaken || starts === MOST_STARTS) to.write(chunk)
    }
    started.stdout?.on('data', passOn(process.stdout))
    started.stderr?.on('data', passOn(process.stderr))
    // Not `exit`: the reason may still be in the pipe.
    started.on('close', (code, signal) => {
      end()
      if (isPortTaken && starts < MOST_STARTS && !isStopping) child = start()
      else process.exit(code ?? (signal && !isStopping ? 1 : 0))
    })
    // The pipe stays open as long as workerd runs.
    started.on('exit', end)
    return started
  }
}

function cliOfWrangler(): string {
  const wrangler = createRequire(import.meta.url).resolve('wrangler/package.json')
  return join(dirname(wrangler), 'wrangler-dist', 'cli.js')
}
