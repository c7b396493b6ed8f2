import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openDatabase } from './sqlite.ts'

/** The folder in which an emulator keeps everything. One process at a time has it open. */
export class Folder {
  readonly #path: string
  readonly #lock: DatabaseSync

  /** @throws Error that names the process that has it open */
  constructor(path: string) {
    this.#path = resolve(path)
    mkdirSync(this.#path, { recursive: true })
    this.#lock = this.#lockFolder()
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
  #lockFolder(): DatabaseSync {
    const owner = this.file('owner.json')
    let lock: DatabaseSync | undefined
    try {
      lock = openDatabase(this.file('lock.sqlite'))
      lock.exec('BEGIN EXCLUSIVE')
    } catch (error) {
      lock?.close()
      if (!/locked|busy/i.test(String(error))) throw error
      throw new Error(
        `${this.#path} is in use by ${ownerIn(owner)}. Only one emulator can use a folder at a time`,
      )
    }
    writeFileSync(owner, JSON.stringify({ pid: process.pid, since: new Date().toISOString() }))
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

function ownerIn(file: string): string {
  try {
    const { pid, since } = JSON.parse(readFileSync(file, 'utf8'))
    return `process ${pid}, since ${since}`
  } catch {
    return 'another process'
  }
}
