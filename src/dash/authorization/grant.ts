import { wholeSeconds } from '../../access/duration'
import type { AppContext } from '../../request/context'
import { reportInstead } from '../../request/events'
import type { SignedIn } from '../session'
import type { AuthorizationRequest } from './request'

/** How long a client stays connected without the person, in seconds. Assumed: unpublished (E). */
const GRANT_LIFETIME_SECONDS = 30 * 86_400

/** What the person said on the consent page: which accounts, and which of the permissions. */
export type Consent = { accountIds: string[]; scopes: string[] }

/** Starts a grant; answers its code. The list of the person's connected applications learns of it. */
export async function openGrant(
  c: AppContext,
  { client, redirectUri, nonce }: AuthorizationRequest,
  { email, authenticatedAtSeconds }: SignedIn,
  { accountIds, scopes }: Consent,
  codeChallenge: string | undefined,
): Promise<string> {
  const { now, settings, stores } = c.var
  const sessionEndsAtSeconds = now + GRANT_LIFETIME_SECONDS
  const { code, grantId } = await stores.dashboardGrants.open(
    {
      clientId: client.client_id,
      email,
      accountIds,
      scopes,
      nonce,
      authenticatedAtSeconds,
      createdAtSeconds: now,
      sessionEndsAtSeconds,
    },
    {
      redirectUri,
      codeChallenge,
      // Assumed: as long as a code of Managed OAuth.
      expiresAtSeconds: now + wholeSeconds(settings.CODE_LIFETIME),
      policyId: '',
      accessTokenLifetimeSeconds: wholeSeconds(settings.DASH_ACCESS_TOKEN_LIFETIME),
    },
  )
  const { client_id: clientId, client_name: clientName } = client
  const connection = { grantId, clientId, clientName, accountIds, scopes }
  const endsAtSeconds = sessionEndsAtSeconds
  await c
    .get('emulator')
    .addConnection(email, { ...connection, authorizedAtSeconds: now }, endsAtSeconds)
  reportInstead(c, {
    kind: 'application-authorized',
    client: { id: clientId, name: clientName },
    email,
    grantId,
    accountIds,
    scopes,
    endsAtSeconds,
  })
  return code
}
