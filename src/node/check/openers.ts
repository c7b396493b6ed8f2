import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const POLL_INTERVAL_MS = 50
// The programs that open a browser on Linux, macOS and WSL.
const NAMES = ['xdg-open', 'open', 'x-www-browser', 'www-browser', 'sensible-browser', 'wslview']

/** Programs in place of the browser, which pass on the URLs that a client opens. */
export type Openers = {
  /** The folder of the programs, for `PATH`. */
  folder: string
  /** The program for the variable `BROWSER`. */
  browser: string
  close(): void
}

/**
 * Writes shell scripts that stand for a browser. Each appends its arguments to a file, which is read
 * here. Windows runs no such scripts: there, a client has to print the URL.
 */
export async function writeOpeners(parent: string, onUrl: (url: string) => void): Promise<Openers> {
  const folder = join(parent, 'bin')
  const file = join(parent, 'opened')
  await mkdir(folder)
  await writeFile(file, '')
  const script = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${file}'\n`
  for (const name of ['browser', ...NAMES]) {
    await writeFile(join(folder, name), script, { mode: 0o755 })
  }
  let read = 0
  const timer = setInterval(async () => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').slice(0, -1)
    for (const line of lines.slice(read)) onUrl(line)
    read = lines.length
  }, POLL_INTERVAL_MS)
  return { folder, browser: join(folder, 'browser'), close: () => clearInterval(timer) }
}
