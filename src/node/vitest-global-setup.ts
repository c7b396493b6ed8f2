import type { TestProject } from 'vitest/node'
import type { EmulatorOptions } from './options.ts'
import { startEmulator } from './start-emulator.ts'

/** The addresses of an emulator in another process. */
export type SharedAccess = { url: string; mcpUrl: string; teamUrl: string; consoleUrl: string }

declare module 'vitest' {
  interface ProvidedContext {
    access: SharedAccess
  }
}

/**
 * Returns a global set-up of Vitest: it starts one emulator for all test files, provides its addresses
 * as `access`, and closes it at the end.
 */
export function sharedAccess(options: EmulatorOptions = {}) {
  return async function setup(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
    const { url, mcpUrl, teamUrl, consoleUrl, close } = await startEmulator(options)
    project.provide('access', { url, mcpUrl, teamUrl, consoleUrl })
    return close
  }
}
