import type { FaultName } from '../../switches/faults.ts'
import type { FaultParameters } from '../responses.ts'

/** Something that happens to the client from outside. */
export type Step =
  | { [N in FaultName]: { fault: N; with?: FaultParameters<N> } }[FaultName]
  | { clear: 'faults' }
  | { advance: string }
  | { forget: 'clients' }
  | { rotate: 'keys' }

/**
 * One real-world situation. `before` happens before the client starts. `during` happens in the middle
 * of its work: after its third admitted request, or when its first run has ended.
 */
export type Situation = {
  id: string
  title: string
  /** The disturbance, and the behaviour of a good client. */
  what: string
  /** The person at the browser; by default Ada, who allows everything. */
  person?: { email: string; consent: 'allow' | 'deny' }
  /** The host of the authorization server; by default another one than the application's. */
  teamDomain?: string
  /** The path of the MCP server; `/mcp` by default. */
  path?: string
  /** Whether clients can register; by default they can. */
  registration?: 'off'
  before?: Step[]
  during?: Step[]
  /** The steps after the last run. */
  after?: Step[]
  /** The number of runs of the client. They share the place where the client keeps its credentials. */
  runs: 'once' | 'twice' | 'once, then two at the same time'
  /**
   * The checks that decide, by their id in the client report or in `checks.ts`. The situation is passed
   * if all of them are, and failed if one of them, or of `also`, is.
   */
  shows: string[]
  /** Checks that can only fail the situation; `every` stands for the rest of the client report. */
  also?: string[] | 'every'
}
