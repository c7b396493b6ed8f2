import * as z from 'zod'
import { readTicket, signTicket } from '../../access/ticket'
import type { AppContext } from '../../request/context'

const LIFETIME_SECONDS = 15 * 60

const stateSchema = z.object({
  idp: z.string(),
  /** The query of the login page, where the login continues. */
  query: z.string(),
  loginNonce: z.string(),
  /** The seed from which the emulator's own key derives the secrets of this login. */
  seed: z.string(),
})
type CallbackState = z.infer<typeof stateSchema>

/** Signs the `state` that an identity provider of another site returns. Nothing is stored. */
export function signState(
  c: AppContext,
  { idp, loginNonce, seed }: Omit<CallbackState, 'query'>,
): Promise<string> {
  const { now, ticketSecret, url } = c.var
  const claims = { idp, query: url.search.slice(1), loginNonce, seed }
  return signTicket(ticketSecret, 'callback', claims, now, LIFETIME_SECONDS)
}

/** Reads the login of a `state`. Returns undefined if it was not signed here, or has expired. */
export async function readState(c: AppContext, text: string): Promise<CallbackState | undefined> {
  const { now, ticketSecret } = c.var
  return stateSchema.safeParse(await readTicket(ticketSecret, 'callback', text, now)).data
}

/** Returns the redirect URI for identity providers of other sites. */
export function callbackUrl(c: AppContext): string {
  return `${c.get('team').origin}${c.get('team').accessPath}/callback`
}
