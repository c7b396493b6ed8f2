import { getCookie } from 'hono/cookie'
import { readTicket, signTicket } from './access/ticket'
import { CONTROL_COOKIE, setPrivateCookie } from './browser'
import type { AppContext } from './env'
import { bearerToken } from './oauth/bearer'
import { sha256 } from './oauth/encoding'

const LIFETIME_SECONDS = 12 * 3600

/** Whether the text is the secret `EMULATOR_TOKEN`. Hashes are compared, so timing tells nothing. */
export async function isEmulatorToken(c: AppContext, text: string | undefined): Promise<boolean> {
  const { EMULATOR_TOKEN } = c.var.settings
  if (EMULATOR_TOKEN === undefined || text === undefined) return false
  return (await sha256(text)) === (await sha256(EMULATOR_TOKEN))
}

/** Whether the request shows the token itself. */
export function hasEmulatorToken(c: AppContext): Promise<boolean> {
  return isEmulatorToken(c, bearerToken(c.req.header('authorization')))
}

/** Whether the browser belongs to somebody who has signed in to the console. */
export async function hasControlCookie(c: AppContext): Promise<boolean> {
  const ticket = getCookie(c, CONTROL_COOKIE) ?? ''
  return (await readTicket(c.var.ticketSecret, 'control', ticket, realNow())) !== undefined
}

/** Gives the browser the console's cookie. A reset ends it, because tickets end then. */
export async function giveControlCookie(c: AppContext): Promise<void> {
  const ticket = await signTicket(c.var.ticketSecret, 'control', {}, realNow(), LIFETIME_SECONDS)
  setPrivateCookie(c, CONTROL_COOKIE, ticket, LIFETIME_SECONDS)
}

/**
 * Whether somebody may sign in by saying who they are: on this machine, or in the browser of who holds
 * the token. Anybody else has to sign in through an identity provider that asks for a proof.
 */
export async function mayPickPeople(c: AppContext): Promise<boolean> {
  return c.var.isLocal || hasControlCookie(c)
}

// By the real clock: who moves the emulated one is not to be signed out by it.
function realNow(): number {
  return Math.floor(Date.now() / 1000)
}
