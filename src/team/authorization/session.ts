import { getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { wholeSeconds } from '../../access/duration'
import { type Person, personOf } from '../../access/identity'
import { readTicket, signTicket } from '../../access/ticket'
import type { AppContext } from '../../env'

/** Who is signed in at the team domain. `sid` names the sign-in, so that a step can be bound to it. */
export type SignedIn = { person: Person; sid: string }

// Assumed: the name. On the real team domain it is CF_Authorization too, which one origin for team
// and application could not tell apart.
const COOKIE = 'CF_Access_Session'
const claimsSchema = z.object({ email: z.string(), sid: z.string() })

/** Who asks: the person of automatic sign-in, or of the session cookie [A9]. */
export async function signedIn(c: AppContext): Promise<SignedIn | undefined> {
  const { now, settings, state, ticketSecret } = c.var
  if (state.autoSignIn) {
    return { person: personOf(settings.PEOPLE, state.autoSignIn.email), sid: 'automatic' }
  }
  const cookie = getCookie(c, COOKIE)
  const claims = cookie && (await readTicket(ticketSecret, 'session', cookie, now))
  const session = claimsSchema.safeParse(claims)
  if (!session.success) return undefined
  return { person: personOf(settings.PEOPLE, session.data.email), sid: session.data.sid }
}

/** Signs a person in: a signed cookie on the team domain, for the organization's session duration. */
export async function startSession(c: AppContext, email: string): Promise<SignedIn> {
  const { now, settings, ticketSecret } = c.var
  const sid = crypto.randomUUID()
  const lifetimeSeconds = wholeSeconds(settings.SESSION_DURATION)
  const cookie = await signTicket(ticketSecret, 'session', { email, sid }, now, lifetimeSeconds)
  setTeamCookie(c, COOKIE, cookie, lifetimeSeconds)
  return { person: personOf(settings.PEOPLE, email), sid }
}

/** A cookie that scripts cannot read and other sites' forms do not send. */
export function setTeamCookie(
  c: AppContext,
  name: string,
  value: string,
  maxAgeSeconds: number,
): void {
  setCookie(c, name, value, {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: c.var.url.protocol === 'https:',
    // Browsers keep no cookie longer than 400 days.
    maxAge: Math.min(maxAgeSeconds, 400 * 86_400),
  })
}
