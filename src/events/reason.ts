/**
 * The outcome of a decision. `asked` leads to a further step (a challenge, a login page, a consent page).
 * `failed` is a defect of the emulator, a fault that is switched on, or an origin that does not respond.
 * `noted` is an observation without a decision.
 */
export const OUTCOMES = ['allowed', 'asked', 'refused', 'failed', 'noted'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** The reason of a decision, in words for developers. It never contains a secret or a token. */
export type Reason = {
  outcome: Outcome
  /** The deciding rule: a row of docs/fidelity.md, a section of an RFC, a redirect rule, a policy. */
  rule?: string | undefined
  why: string
  /** The change that would lead to another outcome. */
  change?: string | undefined
}

/** The rule that a client breaks if it uses its registration with another issuer. */
export const OTHER_ISSUER = 'MCP 2026-07-28 Authorization Server Binding'

/** The parties of an event, as far as they are known. */
export type Actors = {
  email?: string | undefined
  client?: { id: string; name?: string | undefined } | undefined
  application?: { id: string; name: string } | undefined
}
