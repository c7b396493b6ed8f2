import { randomText } from '../oauth/encoding'
import type { AppContext } from '../request/context'
import type { PortalCaller } from './caller'

// Assumed: the lifetime of an elicitation.
const LIFETIME_SECONDS = 10 * 60

/**
 * Creates the address of a page on which the person chooses servers. It works once, and only for that
 * person.
 *
 * Portal: documented [MP50].
 *
 * @returns undefined for a service token, which no person has
 */
export async function selectionUrl(
  c: AppContext,
  { email, holder, place, session }: PortalCaller,
): Promise<{ id: string; url: string } | undefined> {
  if (email === undefined) return undefined
  const id = randomText(24)
  const at = `${c.get('url').origin}${place.base}`
  const state = { portalId: place.portal.id, grantId: holder, email, sessionId: session?.id, at }
  const endsAtSeconds = c.get('now') + LIFETIME_SECONDS
  await c.get('emulator').portals.put('elicitation', id, holder, endsAtSeconds, state)
  return { id, url: `${at}/authorize?elicitationId=${id}` }
}
