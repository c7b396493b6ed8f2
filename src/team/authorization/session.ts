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

/** Who is signed in at the team domain. The nonce names the sign-in: steps are bound to it. */
export type SignedIn = Session & { identityNonce: string }

// On the real team domain it is CF_Authorization too, which one origin for team and application could
// not tell apart.
const COOKIE = TEAM_SESSION_COOKIE
const claimsSchema = z.object({ identityNonce: z.string() })

/**
 * Who asks: the person of automatic sign-in, or of the session cookie [A9].
 *
 * @param clientId whose authorization it is
 */
export async function signedIn(c: AppContext, clientId?: string): Promise<SignedIn | undefined> {
  const now = c.get('now')
  const settings = c.get('settings')
  const state = c.get('state')
  const automatic = await automaticPerson(c, clientId)
  if (automatic) {
    const { email } = automatic
    return {
      identity: seededIdentity(settings.PEOPLE, email, PEOPLE_PICKER),
      identityNonce: identityNonceOf(newSessionId(state.revocations), state.revocations),
      issuedAtSeconds: now,
      ip: whereFrom(c).ip,
    }
  }
  return signedInByCookie(c)
}

/** Who the session cookie names, unless the session has ended or was revoked. */
export async function signedInByCookie(c: AppContext): Promise<SignedIn | undefined> {
  const now = c.get('now')
  const settings = c.get('settings')
  const state = c.get('state')
  const stores = c.get('stores')
  const ticketSecret = c.get('ticketSecret')
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

/** Signs a person in: a signed cookie on the team domain, for the organization's session duration. */
export async function startSession(c: AppContext, identity: Identity): Promise<SignedIn> {
  const configuration = c.get('configuration')
  const now = c.get('now')
  const state = c.get('state')
  const stores = c.get('stores')
  const ticketSecret = c.get('ticketSecret')
  const sessionId = newSessionId(state.revocations)
  const identityNonce = identityNonceOf(sessionId, state.revocations)
  const lifetimeSeconds = wholeSeconds(configuration.organization.session_duration)
  const { ip, country } = whereFrom(c)
  const seconds = longestSession(c)
  const session = { identity, issuedAtSeconds: now, ip, endsAtSeconds: now + seconds }
  const expiresAtSeconds = now + lifetimeSeconds
  const revision = state.revocations.count
  // First, because a sign-in that is not kept has not happened.
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

// As long as any cookie that may name the session: the team's own, or an application's.
function longestSession(c: AppContext): number {
  const { applications, organization } = c.get('configuration')
  const durations = applications.flatMap(({ session_duration: own, policies }) => [
    own,
    ...policies.flatMap(({ session_duration: policy }) => policy ?? []),
  ])
  return Math.max(...[organization.session_duration, ...durations].map(wholeSeconds))
}

/** Takes the session cookie away. */
export function endSession(c: AppContext): void {
  setPrivateCookie(c, COOKIE, '', 0)
}
