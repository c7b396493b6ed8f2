import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { Browser } from './browser.ts'
import { endOf } from './end.ts'
import { followLines } from './lines.ts'
import { type Openers, writeOpeners } from './openers.ts'
import { endWithChildren, newMark, send } from './processes.ts'
import type { NewRunner } from './run.ts'

const MOST_OUTPUT = 2000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The argument of a command that stands for the URL of the MCP server. */
const URL_PLACEHOLDER = '{url}'

/**
 * Runs a command as the client. It gets the URL of the MCP server as `{url}` in its arguments and as
 * `MCP_URL`, and a home directory of its own, so that it keeps no credentials from one situation to the
 * next. `Browser` signs in for it, whether it opens a browser or prints the address.
 */
export function commandRunner([command = '', ...args]: string[]): NewRunner {
  return async (emulator, url, watch) => {
    const folder = await mkdtemp(join(tmpdir(), 'access-check-'))
    const home = join(folder, 'home')
    await mkdir(home)
    let browser = new Browser(emulator)
    const openers = await writeOpeners(folder, (opened) => browser.open(opened))
    const withUrl = args.map((each) => each.replaceAll(URL_PLACEHOLDER, url))
    return {
      async run(limits) {
        const mark = newMark()
        const env = { ...environmentOf(home, openers), ...mark, MCP_URL: url }
        const child = spawn(command, withUrl, {
          env,
          // A process group of its own, which can be ended with all its members.
          detached: process.platform !== 'win32',
          // On Windows, npx and others are scripts.
          shell: process.platform === 'win32',
          stdio: ['pipe', 'pipe', 'pipe'],
        })
        const onSignal = endWithUs(child)
        try {
          const output = outputOf(child, (opened) => browser.open(opened))
          const ending = await endOf(exitOf(child), watch, limits)
          return { ...ending, output: output().slice(-MOST_OUTPUT) }
        } finally {
          onSignal.forget()
          await endWithChildren(child, mark)
          // A later run must not get the callback of this one.
          browser.close()
          browser = new Browser(emulator)
        }
      },
      async close() {
        browser.close()
        openers.close()
        await rm(folder, { recursive: true, force: true, maxRetries: 3 })
      },
    }
  }
}

// Programs keep credentials below these. The caches of package managers stay, because a client that
// npx runs would be downloaded again in each situation.
function environmentOf(home: string, { folder, browser }: Openers): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env
  const real = homedir()
  return {
    npm_config_cache: join(real, '.npm'),
    npm_config_userconfig: join(real, '.npmrc'),
    XDG_CACHE_HOME: join(real, '.cache'),
    ...process.env,
    HOME: home,
    USERPROFILE: home,
    APPDATA: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_STATE_HOME: join(home, '.local/state'),
    BROWSER: browser,
    PATH: `${folder}${delimiter}${PATH}`,
  }
}

// Ctrl+C does not reach another process group.
function endWithUs({ pid }: ChildProcess): { forget(): void } {
  const end = () => {
    if (pid !== undefined) send(-pid, 'SIGKILL')
    process.exit(1)
  }
  for (const signal of SIGNALS) process.once(signal, end)
  return {
    forget() {
      for (const signal of SIGNALS) process.off(signal, end)
    },
  }
}

function exitOf(child: ChildProcess): Promise<{ status: number | string }> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT'
      reject(isMissing ? new Error(`${child.spawnfile}: no such command`) : error)
    })
    child.once('exit', (code, signal) => resolve({ status: code ?? signal ?? 'unknown' }))
  })
}

/** Reports URLs in the output of a process, and returns a function that returns the output so far. */
function outputOf({ stdout, stderr }: ChildProcess, onUrl: (url: string) => void): () => string {
  let text = ''
  for (const stream of [stdout, stderr]) {
    if (!stream) continue
    followLines(stream, (line) => {
      for (const [url] of line.matchAll(/https?:\/\/[^\s"'<>`]+/g)) onUrl(url)
    })
    stream.on('data', (chunk: string) => {
      text = (text + chunk).slice(-10 * MOST_OUTPUT)
    })
  }
  return () => text
}
