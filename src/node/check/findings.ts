import type { EmulatorEvent, EventOf } from '../events.ts'
import type { SeenRequest } from './watch.ts'

/** The record of a situation that has ended. */
export type Seen = {
  events: EmulatorEvent[]
  requests: SeenRequest[]
  /** The number of the last event before `during`; undefined if it was not reached. */
  disturbedAt: number | undefined
}

/** The verdict of a check, with the events that prove it. */
export type Finding = {
  verdict: Verdict
  why: string
  /** The events that were found; undefined stands for one that was not recorded. */
  events: (EmulatorEvent | undefined)[]
}
export type Verdict = 'passed' | 'failed' | 'not-seen'

// Timers may be early by a few milliseconds.
const EARLY_MS = 100

/** Judges whether an access token was admitted after the disturbance. */
export function worksAgain(seen: Seen): Finding {
  const later = afterDisturbance(seen)
  const admission = later.find(isAdmission)
  if (admission) {
    return passed('Its access token was admitted afterwards.', admission)
  }
  const attempt = later.findLast(isAttempt)
  if (!attempt) return notSeen('It sent no request afterwards.')
  const why = `No access token was admitted afterwards. The last step: ${attempt.why}`
  return failed(why, attempt)
}

/** Judges whether the client kept its tokens, although something changed that is not its concern. */
export function continues(seen: Seen): Finding {
  const later = afterDisturbance(seen)
  const login = ofKind(later, 'authorization')[0]
  const admission = later.find(isAdmission)
  if (login && !hasLostTokens(later)) {
    return failed('It began a new authorization.', login)
  }
  if (!admission) return notSeen('It sent no request afterwards.')
  if (login) {
    return notSeen('It keeps no tokens from one process to the next.')
  }
  return passed('The same tokens were admitted afterwards.', admission)
}

/** Judges whether a client that read metadata without a registration endpoint sent a registration. */
export function guessesNoEndpoint({ events, requests }: Seen): Finding {
  const guess = requests.find(
    ({ method, path }) => method === 'POST' && /\/register$|\/registration$/.test(path),
  )
  if (guess) {
    const event = events.findLast(({ rayId }) => rayId === guess.rayId)
    return failed(`It sent a registration to ${guess.path}.`, event)
  }
  const read = ofKind(events, 'discovery').find(
    ({ document }) => document === 'authorization-server',
  )
  if (!read) return notSeen('It did not read the metadata of the server.')
  return passed('It read the metadata and did not register.', read)
}

/** Judges whether a forgotten client registered again. */
export function registersAgain(seen: Seen): Finding {
  const later = afterDisturbance(seen)
  const refusal = later.find(
    (event) =>
      event.outcome === 'refused' && (event.kind === 'token' || event.kind === 'authorization'),
  )
  const registration = ofKind(later, 'registration').find(({ outcome }) => outcome === 'allowed')
  if (registration) {
    return passed('It registered again.', refusal, registration)
  }
  if (!refusal) {
    return notSeen('It did not send its client_id again.')
  }
  return failed(`It did not register again. ${refusal.why}`, refusal)
}

/** Judges whether the next token request came after `Retry-After`. */
export function waits({ events, requests }: Seen): Finding {
  const struck = requests.findIndex(({ retryAfter }) => retryAfter !== undefined)
  const refusal = requests[struck]
  if (!refusal?.retryAfter) return notSeen('It sent no token request.')
  const { atMs, path, retryAfter, run, status } = refusal
  const fault = ofKind(events, 'fault')[0]
  // A new process knows nothing of the refusal.
  const next = requests.slice(struck + 1).find((each) => each.path === path && each.run === run)
  if (!next) {
    const why = `It sent no other token request in the run that received the ${status}.`
    return passed(why, fault)
  }
  const waitedMs = next.atMs - atMs
  const waited = waitedMs < 1000 ? 'less than 1 s' : `${(waitedMs / 1000).toFixed(1)} s`
  const why = `It sent the next token request ${waited} after the ${status}, which asked for ${retryAfter} s.`
  const isEarly = waitedMs < retryAfter * 1000 - EARLY_MS
  const event = events.findLast(({ rayId }) => rayId === next.rayId)
  return isEarly ? failed(why, fault, event) : passed(why, fault, event)
}

/** Judges whether the client refreshed again after a 429 or a 503, instead of a new authorization. */
export function keepsGrant(seen: Seen): Finding {
  const { events } = seen
  const fault = ofKind(events, 'fault')[0]
  if (!fault) return notSeen('It sent no token request.')
  const before = afterDisturbance(seen).filter(({ number }) => number < fault.number)
  if (ofKind(before, 'authorization').length > 0) {
    return notSeen('It did not refresh, but redeemed a code.')
  }
  const later = events.filter(({ number }) => number > fault.number)
  const login = ofKind(later, 'authorization')[0]
  const refresh = ofKind(later, 'token').find(({ grantType }) => grantType === 'refresh_token')
  if (login && !(refresh && refresh.number < login.number)) {
    const why = 'It began a new authorization although its refresh token was still valid.'
    return failed(why, fault, login)
  }
  if (!refresh) return notSeen('It did not refresh again.')
  return passed('It refreshed with the same token afterwards.', fault, refresh)
}

/** Judges whether the client began another authorization after a refused one. */
export function acceptsRefusal({ events }: Seen): Finding {
  const refusals = ofKind(events, 'authorization').filter(
    ({ step }) => step === 'denied' || step === 'blocked',
  )
  const [first] = refusals
  if (!first) return notSeen('No authorization was refused.')
  const again = refusals.find(
    ({ number }) =>
      number > first.number &&
      events.some((event) => isBetween(event, first.number, number) && isAttempt(event)),
  )
  if (again) {
    const why = `It began another authorization after the refusal, ${refusals.length} in one run.`
    return failed(why, ...refusals)
  }
  const why = 'The authorization was refused, and it began no other one.'
  return passed(why, ...refusals)
}

type Evidence = (EmulatorEvent | undefined)[]

function passed(why: string, ...events: Evidence): Finding {
  return { verdict: 'passed', why, events }
}

function failed(why: string, ...events: Evidence): Finding {
  return { verdict: 'failed', why, events }
}

function notSeen(why: string): Finding {
  return { verdict: 'not-seen', why, events: [] }
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
