/**
 * `access-oauth-emulator check`, and `checkClient`: how a client behaves in real-world situations.
 *
 * This folder owns the table of situations, the run of a client through them, the browser that answers
 * without a person, and the output. The verdicts are those of the client report and of `checks.ts`. To add
 * a situation, add an entry to `situations.ts`.
 */
import { type CheckOptions, checkOptionsOf } from './options.ts'
import { type Result, runSituation } from './run.ts'
import { type RunFunction, runnerOf } from './run-function.ts'

export type { CheckOptions } from './options.ts'
export type { Result } from './run.ts'
export type { RunFunction } from './run-function.ts'

/**
 * Runs a client through the situations of `access-oauth-emulator check`, each on an emulator of its own.
 *
 * @param run uses the MCP server at `url`: it signs in and sends some requests. It is called up to twice
 *   in a situation, with the same `url`, so a client that keeps its credentials keeps them by `url`.
 *   `fetch` reaches the emulator; for the authorization URL it returns the redirect to the callback. An
 *   error that it throws is recorded and decides nothing
 * @throws TypeError for a wrong option
 */
export async function checkClient(
  run: RunFunction,
  options: CheckOptions = {},
): Promise<{ situations: Result[] }> {
  const { situations, ...limits } = checkOptionsOf(options)
  const results: Result[] = []
  for (const situation of situations) {
    results.push(await runSituation(situation, runnerOf(run), limits))
  }
  return { situations: results }
}
