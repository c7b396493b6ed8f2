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

/** Whether the text is the secret `EMULATOR_TOKEN`. Hashes are compared, so timing tells nothing. */
export async function isEmulatorToken(c: AppContext, text: string | undefined): Promise<boolean> {
  const { EMULATOR_TOKEN } = c.get('settings')
  if (EMULATOR_TOKEN === undefined || text === undefined) return false
  return (await sha256(text)) === (await sha256(EMULATOR_TOKEN))
}

/** Whether the request shows the token itself. */
export function hasEmulatorToken(c: AppContext): Promise<boolean> {
  return isEmulatorToken(c, bearerToken(c.req.header('authorization')))
}

/** Whether the browser belongs to somebody who has signed in to the console. */
export async function hasControlCookie(c: AppContext): Promise<boolean> {
  const { settings, ticketSecret } = c.var
  const cookie = getCookie(c, CONTROL_COOKIE)
  if (settings.EMULATOR_TOKEN === undefined || cookie === undefined) return false
  const claims = await readTicket(ticketSecret, 'control', cookie, realNow())
  const ticket = claimsSchema.safeParse(claims)
  return ticket.success && ticket.data.of === (await proofOf(c, settings.EMULATOR_TOKEN))
}

/**
 * Gives the browser of who has shown `EMULATOR_TOKEN` the console's cookie. A reset ends it, because
 * tickets end then, and so does another token.
 */
export async function giveControlCookie(c: AppContext, token: string): Promise<void> {
  const claims = { of: await proofOf(c, token) }
  const { ticketSecret } = c.var
  const ticket = await signTicket(ticketSecret, 'control', claims, realNow(), LIFETIME_SECONDS)
  setPrivateCookie(c, CONTROL_COOKIE, ticket, LIFETIME_SECONDS)
}

/**
 * Whether somebody may sign in by saying who they are: on this machine, or in the browser of who holds
 * the token. Anybody else has to sign in through an identity provider that asks for a proof.
 */
export async function mayPickPeople(c: AppContext): Promise<boolean> {
  return c.get('isLocal') || hasControlCookie(c)
}

// The tickets' key alone does not make a cookie: it is in the state that `/_emulator/state` hands out
// and that tests keep in files.
function proofOf(c: AppContext, token: string): Promise<string> {
  return deriveSecret(token, `control:${c.get('state').ticketSecret}`)
}

// By the real clock: who moves the emulated one is not to be signed out by it.
function realNow(): number {
  return Math.floor(Date.now() / 1000)
}
