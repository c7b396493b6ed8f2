import {
  type ClientUriVerification,
  isUnderWay,
  verificationWith,
} from '../../account/oauth/client-uri-verification'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import type { Edit } from '../configuration'
import type { LookUp } from './dns'

/** The result of one look-up for the host of a client's `client_uri`. */
type Seen = { clientId: string; clientUri: string; verification: ClientUriVerification }

/** Returns whether the host of any client's `client_uri` is still to be verified. */
export function awaitsVerification(edits: readonly Edit[]): boolean {
  return underWay(edits).length > 0
}

/** Looks up every host that is still to be verified, once. */
export function lookAtDomains(
  edits: readonly Edit[],
  lookUp: LookUp,
  now: number,
): Promise<Seen[]> {
  return Promise.all(
    underWay(edits).map(async ({ client_id: clientId, clientUri, verification }) => {
      const { hostname } = new URL(clientUri)
      const records = await lookUp(hostname).catch((error) => {
        // If a resolver fails, the next look-up tries again.
        console.warn(`DNS_RESOLVER: TXT records of ${hostname}:`, error)
        return []
      })
      return { clientId, clientUri, verification: verificationWith(verification, records, now) }
    }),
  )
}

/** Returns the edits that store the results, for clients that have not changed since the look-up. */
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
