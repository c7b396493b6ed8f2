import { dashboardUserId } from '../../account/members'
import { signIdToken } from '../../account/oauth/id-token'
import type { AppContext } from '../../request/context'
import type { TokenPair } from '../../store/grants'
import type { DashboardGrant } from '../../store/grants/grant'

/** What a grant type issues; `nonce` is the one of the authorization request. */
export type Issued = { grant: DashboardGrant; pair: TokenPair; nonce?: string | undefined }

/** The token endpoint's response (B.4). */
export type TokenAnswer = {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  scope: string
  refresh_token?: string | undefined
  id_token?: string | undefined
}

/** The scopes that a refresh token needs, any of them; `offline` is the engine's older name. */
const OFFLINE = ['offline_access', 'offline']

/**
 * What a grant gives. It names no account (B.3): a client asks the API for the accounts it was given.
 *
 * Observed (B.4): a refresh token needs its grant type and `offline_access`; an id_token `openid`.
 * OpenID Connect Core 12.2: the nonce is in the first response alone.
 */
export async function tokenAnswer(
  c: AppContext,
  { grant, pair, nonce }: Issued,
): Promise<TokenAnswer> {
  const { now } = c.var
  const { accessToken, refreshToken, token } = pair
  // Minted with every code; where the person granted no stay, nobody is told it.
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

/** A JSON answer as the engine writes it, which no cache keeps (RFC 6749 5.1). Observed (B.4). */
export function respondJson(c: AppContext, status: number, body: object): Response {
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  c.header('Content-Type', 'application/json;charset=UTF-8')
  return c.body(JSON.stringify(body), status as 200)
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
