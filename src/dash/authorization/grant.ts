import { wholeSeconds } from '../../access/duration'
import type { AppContext } from '../../request/context'
import { reportInstead } from '../../request/events'
import type { SignedIn } from '../session'
import type { AuthorizationRequest } from './request'

/** The lifetime of a grant. Not published by Cloudflare [D21]. */
const GRANT_LIFETIME_SECONDS = 30 * 86_400

/** The accounts and scopes that the person granted on the consent page. */
export type Consent = { accountIds: string[]; scopes: string[] }

/** Starts a grant, adds it to the person's connected applications, and returns its code. */
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
      // Assumed: the same lifetime as a code of Managed OAuth.
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
    .connections.add(email, { ...connection, authorizedAtSeconds: now }, endsAtSeconds)
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
