import { AsyncLocalStorage } from 'node:async_hooks'

export type LogLevel = 'debug' | 'log' | 'warn' | 'error'

/** The state of one emulator that the Worker's code reads through globals. */
export type Inside = {
  log(level: LogLevel, line: string): void
  /** Whether `Date` is the test's current one, fake timers included. */
  followsFakeTimers: boolean
}

/** The emulator whose code is running. Several share one process and one bundle. */
export const inside = new AsyncLocalStorage<Inside>()
