import { DashError } from '../../account/dash-error'
import type { OAuthClient } from '../../account/oauth-client'
import type { AppContext } from '../../env'
import { codeChallengeOf } from '../../oauth/pkce'
import { tellOver, tellRevoked } from '../grant-events'
import { type TokenAnswer, tokenAnswer } from './answer'

/** A challenge that no verifier has. */
const NEVER = 'none'

/**
 * `grant_type=authorization_code`: redeems a code, exactly once. A refusal leaves it as it was.
 *
 * Not like the engine: a code that was used before is told so only to who shows its client, its
 * redirect URI and its verifier, and a failed verifier can be tried again.
 *
 * @throws DashError `invalid_grant`
 */
export async function exchangeCode(
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
): Promise<TokenAnswer> {
  const { now, stores } = c.var
  const grants = stores.dashboardGrants
  const code = parameters.get('code') ?? ''
  const verifier = parameters.get('code_verifier') || undefined
  const fault = verifierFault(verifier ?? '')
  const redemption = await grants.redeem(code, {
    clientId: client.client_id,
    redirectUri: parameters.get('redirect_uri') ?? '',
    codeChallenge: verifier && (fault ? NEVER : await codeChallengeOf(verifier)),
    withRefreshToken: client.grant_types.includes('refresh_token'),
    now,
  })
  switch (redemption?.outcome) {
    case 'redeemed': {
      const { grant, pair } = redemption
      c.executionCtx.waitUntil(grants.keep(grant, now))
      return tokenAnswer(c, grant, pair, grant.nonce)
    }
    case 'other client':
      throw refused(
        'The OAuth 2.0 Client ID from this request does not match the one from the authorize request.',
      )
    case 'other redirect_uri':
      throw refused(
        "The 'redirect_uri' from this request does not match the one from the authorize request.",
      )
    case 'other verifier':
      throw refused(fault ?? 'The PKCE code challenge did not match the code verifier.')
    case 'unexpected verifier':
      throw refused('Unable to find initial PKCE data tied to this request')
    case 'replayed':
      // RFC 6749 4.1.2: what the code gave is revoked.
      tellRevoked(c, await grants.findNamed(code), 'code replay')
      throw refused('The authorization code has already been used.')
    case 'revoked':
      tellOver(c, await grants.findNamed(code), 'token of a revoked grant')
      throw refused()
    case undefined:
    case 'unknown':
    case 'expired':
    case 'other resource':
      throw refused()
  }
}

// RFC 7636 4.1, in the engine's words.
function verifierFault(verifier: string): string | undefined {
  if (verifier.length < 43) return 'The PKCE code verifier must be at least 43 characters.'
  if (verifier.length > 128) return 'The PKCE code verifier can not be longer than 128 characters.'
  return /[^\w.\-~]/.test(verifier)
    ? "The PKCE code verifier must only contain [a-Z], [0-9], '-', '.', '_', '~'."
    : undefined
}

function refused(hint?: string): DashError {
  return new DashError('invalid_grant', hint)
}
