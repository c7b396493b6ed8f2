import type { Situation } from './situation.ts'
import { SITUATIONS } from './situations.ts'

/** The options of `checkClient`. */
export type CheckOptions = {
  /** The ids of the situations; all of them by default. */
  situations?: string[]
  /** The seconds after which a run of the client is ended; 30 by default. */
  limit?: number
  /** The seconds without a request after which a run is ended; 5 by default. */
  idle?: number
}

/** The limits of one run of the client, in seconds. */
export type Limits = { limit: number; idle: number }

export const DEFAULT_LIMITS: Limits = { limit: 30, idle: 5 }

/**
 * Checks the options and adds the defaults.
 *
 * @throws TypeError that names the option
 */
export function checkOptionsOf({
  situations: ids,
  limit = DEFAULT_LIMITS.limit,
  idle = DEFAULT_LIMITS.idle,
}: CheckOptions): Limits & { situations: Situation[] } {
  for (const [name, value] of Object.entries({ limit, idle })) {
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) continue
    throw new TypeError(`${name} is ${value}: expected a number of seconds greater than 0`)
  }
  return { situations: ids ? ids.map(situationOf) : SITUATIONS, limit, idle }
}

function situationOf(id: string): Situation {
  const found = SITUATIONS.find((each) => each.id === id)
  if (found) return found
  const known = SITUATIONS.map((each) => each.id).join(', ')
  throw new TypeError(`Unknown situation ${id}: expected one of ${known}`)
}
