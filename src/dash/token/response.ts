import { dashboardUserId } from '../../account/members'
import { signIdToken } from '../../account/oauth/id-token'
import type { AppContext } from '../../request/context'
import type { TokenPair } from '../../store/grants'
import type { DashboardGrant } from '../../store/grants/grant'

/** The grant and tokens that a token request leads to; `nonce` is that of the authorization request. */
export type Issued = { grant: DashboardGrant; pair: TokenPair; nonce?: string | undefined }

/** The response of the token endpoint. */
export type TokenResponse = {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  scope: string
  refresh_token?: string | undefined
  id_token?: string | undefined
}

/** A refresh token needs one of these scopes; `offline` is the engine's older name. */
const OFFLINE = ['offline_access', 'offline']

/**
 * Makes the response of the token endpoint. It names no account [D17]: a client reads its accounts from
 * the API.
 *
 * Dashboard: observed [D23]. A refresh token needs its grant type and the scope `offline_access`.
 * Dashboard: documented [D25]. An ID token needs the scope `openid`. OpenID Connect Core 12.2: only the
 * first response has the nonce.
 */
export async function tokenResponse(
  c: AppContext,
  { grant, pair, nonce }: Issued,
): Promise<TokenResponse> {
  const { now } = c.var
  const { accessToken, refreshToken, token } = pair
  // Every pair has a refresh token; it is sent only if the person granted offline access.
  const isOffline = grant.scopes.some((scope) => OFFLINE.includes(scope))
  return {
    access_token: accessToken,
    token_type: 'bearer',
    expires_in: Math.max(0, token.expiresAtSeconds - now),
    scope: grant.scopes.join(' '),
    ...(isOffline && refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(grant.scopes.includes('openid') && {
      id_token: await idToken(c, grant, accessToken, nonce),
    }),
  }
}

async function idToken(
  c: AppContext,
  { authenticatedAtSeconds, clientId, email }: DashboardGrant,
  accessToken: string,
  nonce: string | undefined,
): Promise<string> {
  const subject = await dashboardUserId(email)
  const claims = { clientId, subject, authenticatedAtSeconds, nonce, accessToken }
  return signIdToken(
    { issuer: c.get('dash').origin, ...claims },
    await c.get('emulator').signingKey(),
    c.get('now'),
  )
}
