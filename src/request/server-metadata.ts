import { type ServerMetadataChanges, serverMetadata } from '../access/metadata'
import type { FaultSubject } from '../switches/active-fault'
import type { AppContext } from './context'
import { note } from './events'
import { faultsOf, strikes } from './faults'

// RFC 2606 reserves the name, so that no server can have it.
export const WRONG_ISSUER = 'https://issuer.invalid'

/**
 * Returns the authorization server metadata, as the quirks and faults that are on change it. Without
 * them, it is the same document on the team domain and on the applications' hosts [M10].
 *
 * @param requested the issuer that the URL of the request was derived from (RFC 8414 3.1)
 */
export async function serverMetadataFor(
  c: AppContext,
  requested: string,
  subject: FaultSubject,
): Promise<object> {
  const { configuration, quirks, team } = c.var
  // The fault `missing-issuer` strikes the authorization response, and only prepares it here.
  const isToBeMissed = faultsOf(c).active.some(({ name }) => name === 'missing-issuer')
  const sendsIssuer = quirks.has('iss-in-response') || isToBeMissed
  const changes: ServerMetadataChanges = { sendsIssuer }
  if (quirks.has('metadata-of-host') && requested !== team.origin) changes.namedIssuer = requested
  if (await strikes(c, 'wrong-metadata-issuer', subject)) changes.issuer = WRONG_ISSUER
  if (await strikes(c, 'missing-pkce-methods', subject)) changes.namesPkce = false
  if (sendsIssuer) note(c, { kind: 'discovery', announcesIssuer: true })
  return serverMetadata(team, configuration.applications, changes)
}
