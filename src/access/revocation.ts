import { randomText } from '../oauth/encoding'

/**
 * What was revoked, and when. Every revocation has a number; a credential carries the number that
 * was the last when it was made, its revision, and is revoked by every later one that concerns it.
 * Numbers and not times, because a person may log in again in the second of the revocation.
 */
export type Revocations = {
  count: number
  entries: Record<string, { number: number; atSeconds: number }>
  /**
   * Begins the id of every sign-in since this store was made, or loaded with a state: what was signed
   * in another history has not happened in this one.
   */
  history: string
  /** The histories that led to this one, each up to the revision at which its state was written. */
  earlier: { history: string; upTo: number }[]
}

// The key of a reset: signed cookies outlive the store, and numbers go on.
const EVERYTHING = 'everything'
// What stands for the sessions that were ended longest ago, and ends those from before them too.
const OLD_SESSIONS = 'old-sessions'
const SESSION = 'session:'

// The revocations go with every answer about the emulator's state, so that they have to be few. Beyond
// these, the oldest are no longer told apart: what is as old as they are counts as revoked.
const MOST_SESSIONS = 1000
const MOST_OTHERS = 1000

/** What one revocation can be about. */
export const revocable = {
  application: (id: string) => `application:${id}`,
  /** Sessions of a person; grants too where `REVOCATION` is strict. */
  person: (email: string) => `person:${email}`,
  /** Everything of a person, whatever the setting. */
  deletedPerson: (email: string) => `deleted-person:${email}`,
  /** A sign-in, with every application it was used for: a logout. */
  session: (sessionId: string) => SESSION + sessionId,
} as const

/** Whether anything of `keys` was revoked after the credential of this revision was made. */
export function isRevoked(revocations: Revocations, keys: string[], revision: number): boolean {
  // A revision that is no number is of a nonce that is none of ours.
  if (Number.isNaN(revision)) return true
  return [EVERYTHING, ...keys].some((key) => (revocations.entries[key]?.number ?? 0) > revision)
}

/** What a reset leaves: nothing but that everything before it is revoked. */
export function withEverythingRevoked(revocations: Revocations, now: number): Revocations {
  const { count, history } = revocations
  return withRevocation({ count, entries: {}, history, earlier: [] }, EVERYTHING, now)
}

/** Adds a revocation, the number of entries being bounded. */
export function withRevocation(revocations: Revocations, key: string, now: number): Revocations {
  const number = revocations.count + 1
  const entries = { ...revocations.entries, [key]: { number, atSeconds: now } }
  mergeOldest(entries, (each) => each.startsWith(SESSION), MOST_SESSIONS, OLD_SESSIONS)
  const isOther = (each: string) => !each.startsWith(SESSION) && each !== EVERYTHING
  mergeOldest(entries, isOther, MOST_OTHERS, EVERYTHING)
  return { ...revocations, count: number, entries }
}

const HISTORY_LENGTH = 3
// Of states that were loaded and written again; what came longest ago is not known any more.
const MOST_EARLIER = 100

/** Nothing is revoked: what a new store begins with. */
export function noRevocations(): Revocations {
  return { count: 0, entries: {}, history: newHistory(), earlier: [] }
}

/** Those of a store whose state was just written: what is signed from now on is not in that state. */
export function afterWriting(revocations: Revocations): Revocations {
  return { ...revocations, count: revocations.count + 1 }
}

/** Those of a state that is loaded: what was signed until it was written is good, and nothing else. */
export function afterLoading({ earlier, history, ...rest }: Revocations): Revocations {
  const led = [...earlier, { history, upTo: rest.count }].slice(-MOST_EARLIER)
  return { ...rest, history: newHistory(), earlier: led }
}

/** Whether what is signed with this nonce is of this store, or of a state that it was loaded with. */
export function isOfThisHistory({ earlier, history }: Revocations, identityNonce: string): boolean {
  const its = identityNonce.slice(0, HISTORY_LENGTH)
  const revision = revisionOf(identityNonce)
  return its === history || earlier.some((each) => each.history === its && revision <= each.upTo)
}

function newHistory(): string {
  return randomText(HISTORY_LENGTH).replaceAll(/[-_]/g, 'x').slice(0, HISTORY_LENGTH)
}

function mergeOldest(
  entries: Revocations['entries'],
  isMeant: (key: string) => boolean,
  most: number,
  into: string,
): void {
  const meant = Object.entries(entries).filter(([key]) => isMeant(key))
  if (meant.length <= most) return
  const byAge = meant.toSorted(([, one], [, other]) => one.number - other.number)
  for (const [key, entry] of byAge.slice(0, meant.length - most)) {
    delete entries[key]
    if ((entries[into]?.number ?? 0) < entry.number) entries[into] = entry
  }
}

const SESSION_ID_LENGTH = 12
const REVISION_DIGITS = 4

/** A new sign-in's id: 12 characters, the first of them its history. */
export function newSessionId({ history }: Revocations): string {
  const random = randomText(SESSION_ID_LENGTH).replaceAll(/[-_]/g, 'x')
  return history + random.slice(0, SESSION_ID_LENGTH - history.length)
}

/**
 * The `identity_nonce` of what is signed now for a sign-in: 16 characters, as Access's are [O7], the
 * last four of them the revision, so that a signed assertion tells of itself whether it was revoked.
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

/** The keys of the revocations that end a session, whether or not they are still told apart. */
export function sessionKeys(identityNonce: string): string[] {
  return [revocable.session(sessionIdOf(identityNonce)), OLD_SESSIONS]
}
