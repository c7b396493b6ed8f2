import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Folder } from './engine/folder.ts'

/** The store of `npm start`: its folder, which no other process uses meanwhile. */
export type Store = { path: string; description: string }

type Wanted = {
  root: string
  port: string
  defaultPort: string
  /** Whether `--port 0` chose the port, so that the next start has another one. */
  isChosen: boolean
  persist: string | undefined
}

/**
 * Opens the store of `npm start`, one for each port. The default port has the folder that every earlier
 * version used for all ports.
 *
 * @throws Error that names the process and the port that use the folder
 */
export function openStore({ root, port, defaultPort, isChosen, persist }: Wanted): Store {
  if (persist !== undefined) return locked(persist, port, persist)
  if (isChosen) {
    const path = mkdtempSync(join(tmpdir(), 'access-oauth-emulator-'))
    process.on('exit', () => rmSync(path, { recursive: true, force: true }))
    return locked(path, port, 'a temporary folder, deleted at the end')
  }
  const name = port === defaultPort ? 'state' : `state-${port}`
  const path = join(root, '.wrangler', name)
  return locked(path, port, relative(process.cwd(), path))
}

function locked(path: string, port: string, description: string): Store {
  const folder = new Folder(path, { port })
  process.on('exit', () => folder.close())
  return { path, description }
}
