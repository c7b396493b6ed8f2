import type { TokenPair } from '../../store/grants'
import type { AccessGrant } from '../../store/grants/grant'

/** What a grant type issues. */
export type Issued = {
  grant: AccessGrant
  pair: TokenPair
  event: { rule: string; why: string; change?: string; isRepeated?: boolean }
}

/** The token endpoint's response [T1]. */
export type TokenAnswer = {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  scope: ''
  resource: string
  refresh_token: string | undefined
}

/**
 * Access: observed [T1, T3-T6]. `bearer` is written in lower case, `scope` is there and empty, and
 * `resource` is the normalised form of what the client sent.
 */
export function tokenAnswer(grant: AccessGrant, pair: TokenPair, now: number): TokenAnswer {
  return {
    access_token: pair.accessToken,
    token_type: 'bearer',
    // A grace window may be longer than the lifetime of the access token that is sent again.
    expires_in: Math.max(0, pair.token.expiresAtSeconds - now),
    scope: '',
    resource: grant.resource,
    refresh_token: pair.refreshToken,
  }
}
