import { AsyncLocalStorage } from 'node:async_hooks'

export type LogLevel = 'log' | 'warn' | 'error'

/** What code of the Worker finds in the place of globals that are of one emulator. */
export type Inside = {
  log(level: LogLevel, line: string): void
  /** Whether the clock of the process is `Date` as the test has it now. */
  followsFakeTimers: boolean
}

/** Several emulators share one process and one bundle: which of them runs is known by this. */
export const inside = new AsyncLocalStorage<Inside>()
