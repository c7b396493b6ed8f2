import type { Reach } from '../reach.ts'
import { endOf } from './end.ts'
import type { NewRunner } from './run.ts'

/** A client in this process: uses the MCP server at `url`, over `fetch`. */
export type RunFunction = (url: string, fetch: Reach) => unknown

/** Runs a function as the client. A function that hangs cannot be ended: its emulator is closed. */
export function runnerOf(run: RunFunction): NewRunner {
  return async ({ fetch }, url, watch) => ({
    async run(limits) {
      const finished = (async () => run(url, fetch))().then(
        () => ({}),
        (error) => ({ status: error instanceof Error ? error.message : String(error) }),
      )
      return endOf(finished, watch, limits)
    },
    async close() {},
  })
}
