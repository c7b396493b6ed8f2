import type { z } from 'zod'
import { readTicket, type TicketStep } from '../../access/ticket'
import type { AppContext } from '../../request/context'
import { type SignedIn, signedInByCookie } from './session'

/**
 * Reads the ticket in the address of a page, and the person of the session cookie.
 *
 * @returns undefined if the ticket is not valid or was made for another sign-in. So another site cannot forge
 *   the form of the page
 */
export async function readPageTicket<Ticket extends { identityNonce: string }>(
  c: AppContext,
  step: TicketStep,
  schema: z.ZodType<Ticket>,
): Promise<{ ticket: Ticket; who: SignedIn } | undefined> {
  const { now, ticketSecret, url } = c.var
  const given = url.searchParams.get('request') ?? ''
  const { data: ticket } = schema.safeParse(await readTicket(ticketSecret, step, given, now))
  const who = await signedInByCookie(c)
  return ticket && who?.identityNonce === ticket.identityNonce ? { ticket, who } : undefined
}
