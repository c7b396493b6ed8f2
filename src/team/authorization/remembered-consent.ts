import type { AppContext } from '../../request/context'
import type { AuthorizationRequest } from './request'
import type { SignedIn } from './session'

/** The decision of a person about a client. */
export type Consent = 'allow' | 'deny'

/**
 * The decision on a consent page, and the id of the grant that the page can start.
 *
 * @property hasServers whether the person has left the page of a portal's servers, which follows
 */
export type PageDecision = { action: Consent; grantId: string; hasServers?: boolean }

/**
 * Returns the earlier consent of the person, while the quirk `consent-remembered` is on.
 *
 * Not like Access: Access never remembers consent [A8].
 */
export async function rememberedConsent(
  c: AppContext,
  request: AuthorizationRequest,
  who: SignedIn,
): Promise<Consent | undefined> {
  if (!c.get('quirks').has('consent-remembered')) return undefined
  return (await c.get('stores').consents.find(consentKey(request, who))) && 'allow'
}

/** Stores that the person allowed the client, while the quirk `consent-remembered` is on. */
export async function rememberConsent(
  c: AppContext,
  request: AuthorizationRequest,
  who: SignedIn,
): Promise<void> {
  if (!c.get('quirks').has('consent-remembered')) return
  await c.get('stores').consents.put(consentKey(request, who), { atSeconds: c.get('now') })
}

function consentKey({ application, client }: AuthorizationRequest, { identity }: SignedIn): string {
  return `${application.id}:${client.clientId}:${identity.email}`
}
