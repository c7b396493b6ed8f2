import { getCookie } from 'hono/cookie'
import * as z from 'zod'
import { wholeSeconds } from '../../access/duration'
import { currentIdentity, type Identity, seededIdentity } from '../../access/identity'
import { PEOPLE_PICKER } from '../../access/identity-provider'
import { identityNonceOf, newSessionId, sessionIdOf } from '../../access/revocation'
import { browserSignIn, isSignInGood } from '../../access/sign-in'
import { readTicket, signTicket } from '../../access/ticket'
import type { AppContext } from '../../request/context'
import { report } from '../../request/events'
import { whereFrom } from '../../request/judge'
import { automaticPerson } from '../../signin/automatic'
import { setPrivateCookie, TEAM_SESSION_COOKIE } from '../../signin/browser'
import type { Session } from '../../store/sessions'

/** A sign-in at the team domain. The steps of a login are bound to its nonce. */
export type SignedIn = Session & { identityNonce: string }

// Not like Access: the real team domain calls this cookie CF_Authorization too. Here team and
// application may share one origin, so the names differ.
const COOKIE = TEAM_SESSION_COOKIE
const claimsSchema = z.object({ identityNonce: z.string() })

/**
 * Returns the person of automatic sign-in, or else of the session cookie [A9].
 *
 * @param clientId the client of the authorization, if this is one
 */
export async function signedIn(c: AppContext, clientId?: string): Promise<SignedIn | undefined> {
  const automatic = await automaticPerson(c, clientId)
  if (automatic) {
    const { email } = automatic
    const { revocations } = c.get('state')
    return {
      identity: seededIdentity(c.get('settings').PEOPLE, email, PEOPLE_PICKER),
      identityNonce: identityNonceOf(newSessionId(revocations), revocations),
      issuedAtSeconds: c.get('now'),
      ip: whereFrom(c).ip,
    }
  }
  return signedInByCookie(c)
}

/** Returns whether this browser still has the cookie of a session that a logout or revocation ended. */
export async function hasEndedSession(c: AppContext): Promise<boolean> {
  const { now, state, stores, ticketSecret } = c.var
  const claims = await readTicket(ticketSecret, 'session', getCookie(c, COOKIE) ?? '', now)
  const { data: ticket } = claimsSchema.safeParse(claims)
  const session = ticket && (await stores.sessions.find(sessionIdOf(ticket.identityNonce)))
  if (!session) return false
  return !isSignInGood(state, browserSignIn(session.identity.email, ticket.identityNonce))
}

/** Returns the person of the session cookie, unless the session has ended or was revoked. */
export async function signedInByCookie(c: AppContext): Promise<SignedIn | undefined> {
  const { now, settings, state, stores, ticketSecret } = c.var
  const cookie = getCookie(c, COOKIE)
  const claims = cookie && (await readTicket(ticketSecret, 'session', cookie, now))
  const ticket = claimsSchema.safeParse(claims)
  const session =
    ticket.success && (await stores.sessions.find(sessionIdOf(ticket.data.identityNonce)))
  if (!session) return undefined
  const { identityNonce } = ticket.data
  if (!isSignInGood(state, browserSignIn(session.identity.email, identityNonce))) return undefined
  return { ...session, identity: currentIdentity(settings.PEOPLE, session.identity), identityNonce }
}

/** Signs a person in: sets a signed cookie on the team domain, for the organization's session duration. */
export async function startSession(c: AppContext, identity: Identity): Promise<SignedIn> {
  const { configuration, now, state, stores, ticketSecret } = c.var
  const sessionId = newSessionId(state.revocations)
  const identityNonce = identityNonceOf(sessionId, state.revocations)
  const lifetimeSeconds = wholeSeconds(configuration.organization.session_duration)
  const { ip, country } = whereFrom(c)
  const seconds = longestSession(c)
  const session = { identity, issuedAtSeconds: now, ip, endsAtSeconds: now + seconds }
  const expiresAtSeconds = now + lifetimeSeconds
  const revision = state.revocations.count
  // Stored before it is reported: a sign-in that cannot be stored does not happen.
  await stores.sessions.put(sessionId, session, { fromSeconds: now, seconds })
  report(c, {
    kind: 'signed-in',
    holder: 'browser',
    identity,
    sessionId,
    revision,
    expiresAtSeconds,
    ip,
    country,
  })
  const claims = { identityNonce }
  const cookie = await signTicket(ticketSecret, 'session', claims, now, lifetimeSeconds)
  setPrivateCookie(c, COOKIE, cookie, lifetimeSeconds)
  return { ...session, identityNonce }
}

// Returns the longest lifetime of a cookie that names the session: the team's or an application's.
function longestSession(c: AppContext): number {
  const { applications, organization } = c.get('configuration')
  const durations = applications.flatMap(({ session_duration: own, policies }) => [
    own,
    ...policies.flatMap(({ session_duration: policy }) => policy ?? []),
  ])
  return Math.max(...[organization.session_duration, ...durations].map(wholeSeconds))
}

/** Deletes the session cookie. */
export function endSession(c: AppContext): void {
  setPrivateCookie(c, COOKIE, '', 0)
}
