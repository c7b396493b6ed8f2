import { readFile, rename, writeFile } from 'node:fs/promises'
import type { Emulator } from './emulator.ts'
import type { State } from './responses.ts'

/**
 * Reads the file of a saved state.
 *
 * @throws Error if there is no such file, or if it is not JSON
 */
export async function readState(file: string): Promise<State> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Error(`--import ${file}: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Replaces the emulator's state. If it is refused, the emulator is stopped.
 *
 * @throws Error with the first problem of the state
 */
export async function loadState(emulator: Emulator, state: State, file: string): Promise<void> {
  try {
    await emulator.state.load(state)
  } catch (error) {
    await emulator.close()
    throw new Error(`--import ${file}: ${error instanceof Error ? error.message : error}`)
  }
}

/** Writes the emulator's state to a file, completely or not at all. Only its owner can read it. */
export async function writeState(emulator: Emulator, file: string): Promise<void> {
  const temporary = `${file}.${process.pid}`
  await writeFile(temporary, JSON.stringify(await emulator.state.save()), { mode: 0o600 })
  await rename(temporary, file)
}
