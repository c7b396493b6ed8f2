/**
 * Revocations as numbered records, and their comparison with credentials. `sign-in.ts` defines which
 * revocations end which credential, and lists everything else that ends a grant.
 */
import { randomText } from '../oauth/encoding'

/**
 * The revocations of a store. Every revocation has a number. A credential carries its revision, the
 * number of the last revocation at its creation; every later revocation that concerns it ends it.
 * Numbers are used instead of times, because a person may log in again within the same second.
 */
export type Revocations = {
  count: number
  entries: Record<string, { number: number; atSeconds: number }>
  /**
   * The prefix of every sign-in's id since this store was created or a snapshot was loaded. A credential
   * that was signed in another history is not valid in this one.
   */
  history: string
  /** The histories that this one continues, each up to the revision of its snapshot. */
  earlier: { history: string; upTo: number }[]
}

// The key of a reset. Signed cookies outlive the store, so the numbers continue.
const EVERYTHING = 'everything'
// A merged entry for the oldest session revocations. It also revokes every older session.
const OLD_SESSIONS = 'old-sessions'
const SESSION = 'session:'

// Every read of the emulator's state includes the revocations, so their number is bounded. Beyond these
// limits the oldest entries are merged, and every credential as old as they are counts as revoked.
const MAX_SESSIONS = 1000
const MAX_OTHERS = 1000

/** The keys of revocations, one for each kind. */
export const revocable = {
  application: (id: string) => `application:${id}`,
  /** Ends the sessions of a person, and the grants too if `REVOCATION` is strict. */
  person: (email: string) => `person:${email}`,
  /** Ends the sessions and the grants of a person, whatever the setting. */
  deletedPerson: (email: string) => `deleted-person:${email}`,
  /** Ends a sign-in and the tokens of every application that were made from it: a logout. */
  session: (sessionId: string) => SESSION + sessionId,
} as const

/** Returns whether any of `keys` was revoked after a credential of this revision was created. */
export function isRevoked(revocations: Revocations, keys: string[], revision: number): boolean {
  // The nonce is not one of the emulator's.
  if (Number.isNaN(revision)) return true
  return [EVERYTHING, ...keys].some((key) => (revocations.entries[key]?.number ?? 0) > revision)
}

/** Returns the revocations after a reset: a single one, which ends everything before it. */
export function withEverythingRevoked(revocations: Revocations, now: number): Revocations {
  const { count, history } = revocations
  return withRevocation({ count, entries: {}, history, earlier: [] }, EVERYTHING, now)
}

/** Adds a revocation, and merges the oldest entries beyond the limits. */
export function withRevocation(revocations: Revocations, key: string, now: number): Revocations {
  const number = revocations.count + 1
  const entries = { ...revocations.entries, [key]: { number, atSeconds: now } }
  mergeOldest(entries, (each) => each.startsWith(SESSION), MAX_SESSIONS, OLD_SESSIONS)
  const isOther = (each: string) => !each.startsWith(SESSION) && each !== EVERYTHING
  mergeOldest(entries, isOther, MAX_OTHERS, EVERYTHING)
  return { ...revocations, count: number, entries }
}

const HISTORY_LENGTH = 3
// Each load of a snapshot adds one. Beyond this, the oldest are forgotten.
const MAX_EARLIER = 100

/** Creates the revocations of a new store: none. */
export function noRevocations(): Revocations {
  return { count: 0, entries: {}, history: newHistory(), earlier: [] }
}

/** Returns the revocations after a snapshot was written, which later credentials do not belong to. */
export function afterWriting(revocations: Revocations): Revocations {
  return { ...revocations, count: revocations.count + 1 }
}

/** Returns the revocations of a loaded snapshot. Only credentials from before it was written are valid. */
export function afterLoading({ earlier, history, ...rest }: Revocations): Revocations {
  const led = [...earlier, { history, upTo: rest.count }].slice(-MAX_EARLIER)
  return { ...rest, history: newHistory(), earlier: led }
}

/** Returns whether a signed nonce is from this store, or from a snapshot that it was loaded from. */
export function isOfThisHistory({ earlier, history }: Revocations, identityNonce: string): boolean {
  const own = identityNonce.slice(0, HISTORY_LENGTH)
  const revision = revisionOf(identityNonce)
  return own === history || earlier.some((each) => each.history === own && revision <= each.upTo)
}

function newHistory(): string {
  return randomText(HISTORY_LENGTH).replaceAll(/[-_]/g, 'x').slice(0, HISTORY_LENGTH)
}

function mergeOldest(
  entries: Revocations['entries'],
  isCandidate: (key: string) => boolean,
  limit: number,
  into: string,
): void {
  const candidates = Object.entries(entries).filter(([key]) => isCandidate(key))
  if (candidates.length <= limit) return
  const byAge = candidates.toSorted(([, one], [, other]) => one.number - other.number)
  for (const [key, entry] of byAge.slice(0, candidates.length - limit)) {
    delete entries[key]
    if ((entries[into]?.number ?? 0) < entry.number) entries[into] = entry
  }
}

const SESSION_ID_LENGTH = 12
const REVISION_DIGITS = 4

/** Creates the id of a sign-in: 12 characters, which begin with its history. */
export function newSessionId({ history }: Revocations): string {
  const random = randomText(SESSION_ID_LENGTH).replaceAll(/[-_]/g, 'x')
  return history + random.slice(0, SESSION_ID_LENGTH - history.length)
}

/**
 * Returns the `identity_nonce` for credentials that are signed now: 16 characters, as in Access [O7].
 * The last four are the revision, so a signed assertion carries what the revocation check needs.
 */
export function identityNonceOf(sessionId: string, { count }: Pick<Revocations, 'count'>): string {
  return sessionId + count.toString(36).padStart(REVISION_DIGITS, '0')
}

export function sessionIdOf(identityNonce: string): string {
  return identityNonce.slice(0, SESSION_ID_LENGTH)
}

export function revisionOf(identityNonce: string): number {
  return Number.parseInt(identityNonce.slice(SESSION_ID_LENGTH), 36)
}

/** Returns the keys of the revocations that end a session, merged ones included. */
export function sessionKeys(identityNonce: string): string[] {
  return [revocable.session(sessionIdOf(identityNonce)), OLD_SESSIONS]
}
