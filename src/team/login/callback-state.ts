import * as z from 'zod'
import { readTicket, signTicket } from '../../access/ticket'
import type { AppContext } from '../../request/context'

const LIFETIME_SECONDS = 15 * 60

const stateSchema = z.object({
  idp: z.string(),
  /** The query of the login page, to go on from. */
  query: z.string(),
  loginNonce: z.string(),
  /** Secrets of this login follow from it and the emulator's own key. */
  seed: z.string(),
})
type CallbackState = z.infer<typeof stateSchema>

/** The `state` that an identity provider of another site sends back: a ticket, so nothing is stored. */
export function signState(
  c: AppContext,
  { idp, loginNonce, seed }: Omit<CallbackState, 'query'>,
): Promise<string> {
  const { now, ticketSecret, url } = c.var
  const claims = { idp, query: url.search.slice(1), loginNonce, seed }
  return signTicket(ticketSecret, 'callback', claims, now, LIFETIME_SECONDS)
}

/** The login that a `state` stands for, or undefined if it is not ours, or too old. */
export async function readState(c: AppContext, text: string): Promise<CallbackState | undefined> {
  const { now, ticketSecret } = c.var
  return stateSchema.safeParse(await readTicket(ticketSecret, 'callback', text, now)).data
}

/** Where identity providers of other sites send the browser back. */
export function callbackUrl(c: AppContext): string {
  return `${c.get('team').origin}${c.get('team').accessPath}/callback`
}
