import type { EmulatorEvent, EventOf } from '../events.ts'
import type { SeenRequest } from './watch.ts'

type Level = 'MUST' | 'SHOULD' | 'MAY'
type Verdict = 'passed' | 'failed' | 'not-seen'

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

/** The record of a situation that has ended. */
export type Seen = {
  events: EmulatorEvent[]
  requests: SeenRequest[]
  /** The number of the last event before `during`; undefined if it was not reached. */
  disturbedAt: number | undefined
}

type Finding = Pick<Judged, 'verdict' | 'why'> & { events?: (EmulatorEvent | undefined)[] }
type Check = Pick<Judged, 'title' | 'rule' | 'level'> & {
  /** The correction of a client that fails. */
  change: string
  judge(seen: Seen): Finding
}

// Timers may be early by a few milliseconds.
const EARLY_MS = 100

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
    judge(seen) {
      const later = afterDisturbance(seen)
      const admission = later.find(isAdmission)
      if (admission) {
        return {
          verdict: 'passed',
          why: 'Its access token was admitted afterwards.',
          events: [admission],
        }
      }
      const attempt = later.findLast(isAttempt)
      if (!attempt) return { verdict: 'not-seen', why: 'It sent no request afterwards.' }
      const why = `No access token was admitted afterwards. The last step: ${attempt.why}`
      return { verdict: 'failed', why, events: [attempt] }
    },
  },
  'needs-no-new-login': {
    title: 'Continues with its tokens',
    rule: 'RFC 6749 1.4: an access token is opaque to the client',
    level: 'SHOULD',
    change: 'Do not read access tokens, and do not react to the keys of the authorization server.',
    judge(seen) {
      const later = afterDisturbance(seen)
      const login = ofKind(later, 'authorization')[0]
      const admission = later.find(isAdmission)
      if (login && !hasLostTokens(later)) {
        return { verdict: 'failed', why: 'It began a new authorization.', events: [login] }
      }
      if (!admission) return { verdict: 'not-seen', why: 'It sent no request afterwards.' }
      if (login) {
        return { verdict: 'not-seen', why: 'It keeps no tokens from one process to the next.' }
      }
      return {
        verdict: 'passed',
        why: 'The same tokens were admitted afterwards.',
        events: [admission],
      }
    },
  },
  'guesses-no-endpoint': {
    title: 'Sends no registration if the metadata names no endpoint',
    rule: 'RFC 8414 2 (registration_endpoint); MCP 2026-07-28 Client Registration Approaches',
    level: 'SHOULD',
    change: 'Ask for a client_id if the metadata has no registration_endpoint.',
    judge({ events, requests }) {
      const guess = requests.find(
        ({ method, path }) => method === 'POST' && /\/register$|\/registration$/.test(path),
      )
      if (guess) {
        const event = events.findLast(({ rayId }) => rayId === guess.rayId)
        return {
          verdict: 'failed',
          why: `It sent a registration to ${guess.path}.`,
          events: [event],
        }
      }
      const read = ofKind(events, 'discovery').find(
        ({ document }) => document === 'authorization-server',
      )
      if (!read) return { verdict: 'not-seen', why: 'It did not read the metadata of the server.' }
      return {
        verdict: 'passed',
        why: 'It read the metadata and did not register.',
        events: [read],
      }
    },
  },
  'registers-again': {
    title: 'Registers again after its client_id was refused',
    rule: 'RFC 6749 5.2 (invalid_client); MCP 2026-07-28 Authorization Server Binding',
    level: 'SHOULD',
    change: 'Discard a client_id that the server refuses, and register again.',
    judge(seen) {
      const later = afterDisturbance(seen)
      const refusal = later.find(
        (event) =>
          event.outcome === 'refused' && (event.kind === 'token' || event.kind === 'authorization'),
      )
      const registration = ofKind(later, 'registration').find(
        ({ outcome }) => outcome === 'allowed',
      )
      if (registration) {
        return { verdict: 'passed', why: 'It registered again.', events: [refusal, registration] }
      }
      if (!refusal) {
        return { verdict: 'not-seen', why: 'It did not send its client_id again.' }
      }
      return {
        verdict: 'failed',
        why: `It did not register again. ${refusal.why}`,
        events: [refusal],
      }
    },
  },
  waits: {
    title: 'Waits as long as Retry-After says',
    rule: 'RFC 9110 10.2.3; RFC 6585 4',
    level: 'SHOULD',
    change: 'Send no request to the endpoint before Retry-After has passed.',
    judge({ events, requests }) {
      const struck = requests.findIndex(({ retryAfter }) => retryAfter !== undefined)
      const refusal = requests[struck]
      if (!refusal?.retryAfter) return { verdict: 'not-seen', why: 'It sent no token request.' }
      const { atMs, path, retryAfter, run, status } = refusal
      const fault = ofKind(events, 'fault')[0]
      // A new process knows nothing of the refusal.
      const next = requests.slice(struck + 1).find((each) => each.path === path && each.run === run)
      if (!next) {
        const why = `It sent no other token request in the run that received the ${status}.`
        return { verdict: 'passed', why, events: [fault] }
      }
      const waitedMs = next.atMs - atMs
      const why = `It sent the next token request ${(waitedMs / 1000).toFixed(1)} s after the ${status}, which asked for ${retryAfter} s.`
      const isEarly = waitedMs < retryAfter * 1000 - EARLY_MS
      const event = events.findLast(({ rayId }) => rayId === next.rayId)
      return { verdict: isEarly ? 'failed' : 'passed', why, events: [fault, event] }
    },
  },
  'keeps-grant': {
    title: 'Keeps its refresh token after a 429 or a 503',
    rule: 'RFC 6749 5.2; RFC 9110 15.6.4; RFC 6585 4',
    level: 'SHOULD',
    change: 'Keep the refresh token. Only invalid_grant means that it is no longer valid.',
    judge(seen) {
      const { events } = seen
      const fault = ofKind(events, 'fault')[0]
      if (!fault) return { verdict: 'not-seen', why: 'It sent no token request.' }
      const before = afterDisturbance(seen).filter(({ number }) => number < fault.number)
      if (ofKind(before, 'authorization').length > 0) {
        return { verdict: 'not-seen', why: 'It did not refresh, but redeemed a code.' }
      }
      const later = events.filter(({ number }) => number > fault.number)
      const login = ofKind(later, 'authorization')[0]
      const refresh = ofKind(later, 'token').find(({ grantType }) => grantType === 'refresh_token')
      if (login && !(refresh && refresh.number < login.number)) {
        const why = 'It began a new authorization although its refresh token was still valid.'
        return { verdict: 'failed', why, events: [fault, login] }
      }
      if (!refresh) return { verdict: 'not-seen', why: 'It did not refresh again.' }
      return {
        verdict: 'passed',
        why: 'It refreshed with the same token afterwards.',
        events: [fault, refresh],
      }
    },
  },
  'accepts-refusal': {
    title: 'Does not repeat an authorization that the person or a policy refused',
    rule: 'RFC 6749 4.1.2.1 (access_denied)',
    level: 'SHOULD',
    change: 'Report the refusal, and begin another authorization only if the person asks for it.',
    judge({ events }) {
      const refusals = ofKind(events, 'authorization').filter(
        ({ step }) => step === 'denied' || step === 'blocked',
      )
      const [first] = refusals
      if (!first) return { verdict: 'not-seen', why: 'No authorization was refused.' }
      const again = refusals.find(
        ({ number }) =>
          number > first.number &&
          events.some((event) => isBetween(event, first.number, number) && isAttempt(event)),
      )
      if (again) {
        const why = `It began another authorization after the refusal, ${refusals.length} in one run.`
        return { verdict: 'failed', why, events: refusals }
      }
      const why = 'The authorization was refused, and it began no other one.'
      return { verdict: 'passed', why, events: refusals }
    },
  },
}

/** Judges a situation by a check of this file; undefined if the id is not one of them. */
export function judge(id: string, seen: Seen): Judged | undefined {
  const check = CHECKS[id]
  if (!check) return undefined
  const { title, rule, level, change } = check
  const { verdict, why, events = [] } = check.judge(seen)
  const known = events.filter((event) => event !== undefined)
  const correction = verdict === 'failed' && { change }
  return { id, title, rule, level, verdict, why, ...correction, events: known }
}

function afterDisturbance({ events, disturbedAt }: Seen): EmulatorEvent[] {
  if (disturbedAt === undefined) return []
  return events.filter(({ kind, number }) => number > disturbedAt && kind !== 'control')
}

function ofKind<K extends EmulatorEvent['kind']>(events: EmulatorEvent[], kind: K): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind)
}

function isAdmission(event: EmulatorEvent): boolean {
  return event.kind === 'admission' && event.by === 'access-token'
}

function isAttempt({ kind }: EmulatorEvent): boolean {
  return ['challenge', 'discovery', 'registration', 'authorization', 'token', 'fault'].includes(
    kind,
  )
}

// Authorizations that began at the same time have nothing of the client between them.
function isBetween({ kind, number }: EmulatorEvent, from: number, to: number): boolean {
  return number > from && number < to && kind !== 'authorization'
}

// A new process that keeps no tokens begins without a credential.
function hasLostTokens(events: EmulatorEvent[]): boolean {
  return ofKind(events, 'challenge').some(({ credential }) => credential === 'none')
}
