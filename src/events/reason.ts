/**
 * How a decision ended: `asked` sends somebody on to a further step (a challenge, a login page, a
 * consent page), `failed` is a fault of the emulator's or one that was switched on, `noted` is
 * something worth knowing that decides nothing.
 */
export const OUTCOMES = ['allowed', 'asked', 'refused', 'failed', 'noted'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why it was decided so, in the developer's words; never with a secret or a token in it. */
export type Reason = {
  outcome: Outcome
  /** What decided: a row of the fidelity table, a section of an RFC, a redirect rule, a policy. */
  rule?: string | undefined
  why: string
  /** What would have to be different for another outcome. */
  change?: string | undefined
}

/** The parties of an event, as far as they are known. */
export type Actors = {
  email?: string | undefined
  client?: { id: string; name?: string | undefined } | undefined
  application?: { id: string; name: string } | undefined
}
