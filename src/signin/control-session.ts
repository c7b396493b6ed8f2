import { getCookie } from 'hono/cookie'
import * as z from 'zod'
import { readTicket, signTicket } from '../access/ticket'
import { deriveSecret } from '../access/token'
import { bearerToken } from '../oauth/bearer'
import { sha256 } from '../oauth/encoding'
import type { AppContext } from '../request/context'
import { CONTROL_COOKIE, setPrivateCookie } from './browser'

const LIFETIME_SECONDS = 12 * 3600

const claimsSchema = z.object({ of: z.string() })

/** Returns whether the text is the secret `EMULATOR_TOKEN`. Compares hashes, so that timing reveals nothing. */
export async function isEmulatorToken(c: AppContext, text: string | undefined): Promise<boolean> {
  const { EMULATOR_TOKEN } = c.get('settings')
  if (EMULATOR_TOKEN === undefined || text === undefined) return false
  return (await sha256(text)) === (await sha256(EMULATOR_TOKEN))
}

/** Returns whether the request carries `EMULATOR_TOKEN` as a bearer token. */
export function hasEmulatorToken(c: AppContext): Promise<boolean> {
  return isEmulatorToken(c, bearerToken(c.req.header('authorization')))
}

/** Returns whether the browser is signed in to the console. */
export async function hasControlCookie(c: AppContext): Promise<boolean> {
  const { settings, ticketSecret } = c.var
  const cookie = getCookie(c, CONTROL_COOKIE)
  if (settings.EMULATOR_TOKEN === undefined || cookie === undefined) return false
  const claims = await readTicket(ticketSecret, 'control', cookie, realNow())
  const ticket = claimsSchema.safeParse(claims)
  return ticket.success && ticket.data.of === (await proofOf(c, settings.EMULATOR_TOKEN))
}

/**
 * Sets the console's cookie, after the person has entered `EMULATOR_TOKEN`. The session ends with a
 * reset, which replaces the key of all tickets, and with a change of the token.
 */
export async function giveControlCookie(c: AppContext, token: string): Promise<void> {
  const claims = { of: await proofOf(c, token) }
  const { ticketSecret } = c.var
  const ticket = await signTicket(ticketSecret, 'control', claims, realNow(), LIFETIME_SECONDS)
  setPrivateCookie(c, CONTROL_COOKIE, ticket, LIFETIME_SECONDS)
}

/**
 * Returns whether the person may sign in by picking an identity: on this machine, or in a browser that
 * is signed in to the console. All other people have to use an identity provider that authenticates them.
 */
export async function mayPickPeople(c: AppContext): Promise<boolean> {
  return c.get('isLocal') || hasControlCookie(c)
}

// The key of tickets must not suffice to forge a cookie: `/_emulator/state` returns it, and tests keep
// that state in files.
function proofOf(c: AppContext, token: string): Promise<string> {
  return deriveSecret(token, `control:${c.get('state').ticketSecret}`)
}

// Uses the real clock, so that moving the emulated clock does not sign the console out.
function realNow(): number {
  return Math.floor(Date.now() / 1000)
}
