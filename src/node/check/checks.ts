import type { EmulatorEvent } from '../events.ts'
import {
  acceptsRefusal,
  continues,
  type Finding,
  guessesNoEndpoint,
  keepsGrant,
  registersAgain,
  type Seen,
  type Verdict,
  waits,
  worksAgain,
} from './findings.ts'

type Level = 'MUST' | 'SHOULD' | 'MAY'

/** The result of a check, as the client report has it, with whole events as evidence. */
export type Judged = {
  id: string
  title: string
  rule: string
  level: Level
  verdict: Verdict
  why: string
  change?: string
  events: EmulatorEvent[]
}

type Check = Pick<Judged, 'title' | 'rule' | 'level'> & {
  /** The correction of a client that fails. */
  change: string
  judge(seen: Seen): Finding
}

/**
 * The checks of situations that no report of a single client can make: the client is unknown or forgotten,
 * or a fault struck its request.
 */
const CHECKS: Record<string, Check> = {
  'works-again': {
    title: 'Works again afterwards',
    rule: 'RFC 6749 1.5, 5.2; MCP 2026-07-28 Token Handling',
    level: 'SHOULD',
    change:
      'Discard the credentials that the server refused, and authorize again if nothing is left.',
    judge: worksAgain,
  },
  'needs-no-new-login': {
    title: 'Continues with its tokens',
    rule: 'RFC 6749 1.4: an access token is opaque to the client',
    level: 'SHOULD',
    change: 'Do not read access tokens, and do not react to the keys of the authorization server.',
    judge: continues,
  },
  'guesses-no-endpoint': {
    title: 'Sends no registration if the metadata names no endpoint',
    rule: 'RFC 8414 2 (registration_endpoint); MCP 2026-07-28 Client Registration Approaches',
    level: 'SHOULD',
    change: 'Ask for a client_id if the metadata has no registration_endpoint.',
    judge: guessesNoEndpoint,
  },
  'registers-again': {
    title: 'Registers again after its client_id was refused',
    rule: 'RFC 6749 5.2 (invalid_client); MCP 2026-07-28 Authorization Server Binding',
    level: 'SHOULD',
    change: 'Discard a client_id that the server refuses, and register again.',
    judge: registersAgain,
  },
  waits: {
    title: 'Waits as long as Retry-After says',
    rule: 'RFC 9110 10.2.3; RFC 6585 4',
    level: 'SHOULD',
    change: 'Send no request to the endpoint before Retry-After has passed.',
    judge: waits,
  },
  'keeps-grant': {
    title: 'Keeps its refresh token after a 429 or a 503',
    rule: 'RFC 6749 5.2; RFC 9110 15.6.4; RFC 6585 4',
    level: 'SHOULD',
    change: 'Keep the refresh token. Only invalid_grant means that it is no longer valid.',
    judge: keepsGrant,
  },
  'accepts-refusal': {
    title: 'Does not repeat an authorization that the person or a policy refused',
    rule: 'RFC 6749 4.1.2.1 (access_denied)',
    level: 'SHOULD',
    change: 'Report the refusal, and begin another authorization only if the person asks for it.',
    judge: acceptsRefusal,
  },
}

/** Judges a situation by a check of this file; undefined if the id is not one of them. */
export function judge(id: string, seen: Seen): Judged | undefined {
  const check = CHECKS[id]
  if (!check) return undefined
  const { title, rule, level, change } = check
  const { verdict, why, events } = check.judge(seen)
  const known = events.filter((event) => event !== undefined)
  const correction = verdict === 'failed' && { change }
  return { id, title, rule, level, verdict, why, ...correction, events: known }
}
