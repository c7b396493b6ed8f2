import { getCookie } from 'hono/cookie'
import * as z from 'zod'
import { wholeSeconds } from '../access/duration'
import { identityNonceOf, newSessionId, revocable, sessionIdOf } from '../access/revocation'
import { dashboardSignIn, isSignInGood } from '../access/sign-in'
import { readTicket, signTicket } from '../access/ticket'
import type { AppContext } from '../request/context'
import { note } from '../request/events'
import { automaticPerson } from '../signin/automatic'
import { DASH_SESSION_COOKIE as COOKIE, setPrivateCookie } from '../signin/browser'

const claimsSchema = z.object({ email: z.string(), identityNonce: z.string(), iat: z.number() })

/** A person who is signed in at the dashboard. The nonce identifies the sign-in; pages are bound to it. */
export type SignedIn = { email: string; identityNonce: string; authenticatedAtSeconds: number }

/** Returns the person of automatic sign-in, else the person of the session cookie. */
export async function signedIn(c: AppContext, clientId?: string): Promise<SignedIn | undefined> {
  const { now, state } = c.var
  const automatic = await automaticPerson(c, clientId)
  if (!automatic) return signedInByCookie(c)
  const { email } = automatic
  note(c, { email })
  const identityNonce = identityNonceOf(newSessionId(state.revocations), state.revocations)
  return { email, identityNonce, authenticatedAtSeconds: now }
}

/** Returns the person of the session cookie; undefined if the session has expired or was ended. */
export async function signedInByCookie(c: AppContext): Promise<SignedIn | undefined> {
  const { now, state, ticketSecret } = c.var
  const cookie = getCookie(c, COOKIE)
  const claims = cookie && (await readTicket(ticketSecret, 'dash-session', cookie, now))
  const session = claimsSchema.safeParse(claims)
  if (!session.success) return undefined
  const { email, identityNonce, iat } = session.data
  if (!isSignInGood(state, dashboardSignIn(identityNonce))) return undefined
  note(c, { email })
  return { email, identityNonce, authenticatedAtSeconds: iat }
}

/**
 * Signs a person in with a signed cookie, which the team domain does not accept.
 *
 * Assumed: the lifetime, which is that of a sign-in at the team domain.
 */
export async function startSession(c: AppContext, email: string): Promise<void> {
  const { configuration, now, state, ticketSecret } = c.var
  const lifetimeSeconds = wholeSeconds(configuration.organization.session_duration)
  const claims = {
    email,
    identityNonce: identityNonceOf(newSessionId(state.revocations), state.revocations),
  }
  const cookie = await signTicket(ticketSecret, 'dash-session', claims, now, lifetimeSeconds)
  setPrivateCookie(c, COOKIE, cookie, lifetimeSeconds)
}

/** Ends the session, so that copies of its cookie are refused too. */
export async function endSession(c: AppContext): Promise<void> {
  const who = await signedInByCookie(c)
  if (who) await c.get('emulator').revoke(revocable.session(sessionIdOf(who.identityNonce)))
  setPrivateCookie(c, COOKIE, '', 0)
}
