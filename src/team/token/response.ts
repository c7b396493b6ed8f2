import type { TokenPair } from '../../store/grants'
import type { AccessGrant } from '../../store/grants/grant'

/** The tokens that a grant type issues, with the reason for the event. */
export type Issued = {
  grant: AccessGrant
  pair: TokenPair
  event: { rule: string; why: string; change?: string; isRepeated?: boolean }
}

/** The body of the token endpoint's response [T1]. */
type TokenResponse = {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  scope: ''
  resource: string
  refresh_token: string | undefined
}

/**
 * Returns the body of the token endpoint's response.
 *
 * Access: observed [T1, T3-T6]. `bearer` is in lower case, `scope` is present and empty, and
 * `resource` is the normalised form of the one that the client sent.
 */
export function tokenResponse(grant: AccessGrant, pair: TokenPair, now: number): TokenResponse {
  return {
    access_token: pair.accessToken,
    token_type: 'bearer',
    // The grace window may be longer than the lifetime of the access token that is sent again.
    expires_in: Math.max(0, pair.token.expiresAtSeconds - now),
    scope: '',
    resource: grant.resource,
    refresh_token: pair.refreshToken,
  }
}
