import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from './sqlite.ts'

/** The folder in which an emulator keeps everything. One process at a time has it open. */
export class Folder {
  readonly #path: string
  readonly #lock: DatabaseSync

  /**
   * @param owner what another process is told about this one
   * @throws Error that names the process that has it open
   */
  constructor(path: string, owner: { port?: string } = {}) {
    this.#path = resolve(path)
    makeFolder(this.#path)
    this.#lock = this.#lockFolder(owner)
  }

  file(name: string): string {
    return join(this.#path, name)
  }

  /** Returns the folder for the objects of a class. */
  objects(binding: string): string {
    const folder = join(this.#path, binding)
    mkdirSync(folder, { recursive: true })
    return folder
  }

  close(): void {
    this.#lock.close()
  }

  // A lock of the operating system ends with its process, however the process ends.
  #lockFolder(own: { port?: string }): DatabaseSync {
    const owner = this.file('owner.json')
    let lock: DatabaseSync | undefined
    try {
      lock = openDatabase(this.file('lock.sqlite'))
      lock.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      lock?.close()
      if (!/locked|busy/i.test(String(error))) throw error
      throw new Error(
        `${this.#path} is in use by ${ownerIn(owner)}. Only one emulator can use a folder at a time: stop it, or choose another folder with --persist`,
      )
    }
    const { pid } = process
    writeFileSync(owner, JSON.stringify({ ...own, pid, since: new Date().toISOString() }))
    return lock
  }
}

/** Returns the names of a folder's objects whose alarm is set. */
export function withAlarm(folder: string): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sqlite'))
  return files.flatMap((file) => {
    const database = openDatabase(join(folder, file))
    try {
      // The process may have ended before it created the table.
      const tables = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_cf_OBJECT'").all()
      if (tables.length === 0) return []
      const rows = database.prepare('SELECT name FROM _cf_OBJECT WHERE alarm IS NOT NULL').all()
      return rows.map(({ name }) => String(name))
    } finally {
      database.close()
    }
  })
}

// Node's own recursion does not end where a folder cannot be made, as below /proc.
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}

function ownerIn(file: string): string {
  try {
    const { pid, port, since } = JSON.parse(readFileSync(file, 'utf8'))
    return `process ${pid}${port === undefined ? '' : ` on port ${port}`}, since ${since}`
  } catch {
    return 'another process'
  }
}
