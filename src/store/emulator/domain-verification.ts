import {
  type ClientUriVerification,
  isUnderWay,
  verificationWith,
} from '../../account/oauth/client-uri-verification'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import type { Edit } from '../configuration'
import type { LookUp } from './dns'

/** What was seen of the host of a client's `client_uri`. */
type Seen = { clientId: string; clientUri: string; verification: ClientUriVerification }

/** Whether the host of some client's `client_uri` is still to be verified. */
export function awaitsVerification(edits: readonly Edit[]): boolean {
  return underWay(edits).length > 0
}

/** One look at every host that is still to be verified. */
export function lookAtDomains(
  edits: readonly Edit[],
  lookUp: LookUp,
  now: number,
): Promise<Seen[]> {
  return Promise.all(
    underWay(edits).map(async ({ client_id: clientId, clientUri, verification }) => {
      const { hostname } = new URL(clientUri)
      const records = await lookUp(hostname).catch((error) => {
        // A resolver that does not answer is asked again.
        console.warn(`DNS_RESOLVER: TXT records of ${hostname}:`, error)
        return []
      })
      return { clientId, clientUri, verification: verificationWith(verification, records, now) }
    }),
  )
}

/** The edits that keep what was seen, of clients that are as they were then. */
export function verified(edits: readonly Edit[], seen: readonly Seen[]): Edit[] {
  return underWay(edits).flatMap(({ clientUri, verification: before, ...client }) => {
    const now = seen.find((each) => each.clientId === client.client_id)
    const isSame =
      now?.clientUri === clientUri &&
      now.verification.startedAtSeconds === before.startedAtSeconds &&
      now.verification.status !== before.status
    if (!isSame) return []
    const value = { ...client, client_uri: clientUri, client_uri_verification: now.verification }
    return [{ kind: 'oauthClients', id: client.client_id, value }]
  })
}

function underWay(
  edits: readonly Edit[],
): (OAuthClient & { clientUri: string; verification: ClientUriVerification })[] {
  return edits.flatMap(({ kind, value }) => {
    if (kind !== 'oauthClients' || !value) return []
    const { client_uri: clientUri, client_uri_verification: verification } = value
    return clientUri && verification && isUnderWay(verification)
      ? [{ ...value, clientUri, verification }]
      : []
  })
}
