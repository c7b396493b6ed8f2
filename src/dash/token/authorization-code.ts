import type { OAuthClient } from '../../account/oauth/oauth-client'
import { codeChallengeOf } from '../../oauth/pkce'
import type { AppContext } from '../../request/context'
import { reportEnded, reportRevoked } from '../grant-events'
import {
  codeNotGood,
  codeOfAnotherClient,
  codeReused,
  otherRedirectUri,
  otherVerifier,
  unexpectedVerifier,
} from './refusals'
import type { Issued } from './response'

/** A challenge that no verifier matches. */
const NEVER = 'none'

/**
 * Redeems a code exactly once (`grant_type=authorization_code`). A refusal leaves the code unchanged.
 *
 * Not like the engine: a request learns that a code was used only if its client, redirect URI and
 * verifier match, and a client can try again after a wrong verifier.
 *
 * @throws DashError `invalid_grant`
 */
export async function exchangeCode(
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
): Promise<Issued> {
  const { now, stores } = c.var
  const grants = stores.dashboardGrants
  const code = grants.parseCode(parameters.get('code') ?? '')
  if (!code) throw codeNotGood()
  const verifier = parameters.get('code_verifier') || undefined
  const problem = verifierProblem(verifier ?? '')
  const redemption = await grants.redeem(code, {
    clientId: client.client_id,
    redirectUri: parameters.get('redirect_uri') ?? '',
    codeChallenge: verifier && (problem ? NEVER : await codeChallengeOf(verifier)),
    withRefreshToken: client.grant_types.includes('refresh_token'),
    now,
  })
  switch (redemption.outcome) {
    case 'redeemed': {
      const { grant, pair } = redemption
      grants.keepLater(c.executionCtx, grant, now)
      return { grant, pair, nonce: grant.nonce }
    }
    case 'other-client':
      throw codeOfAnotherClient()
    case 'other-redirect-uri':
      throw otherRedirectUri()
    case 'other-verifier':
      throw otherVerifier(problem)
    case 'unexpected-verifier':
      throw unexpectedVerifier()
    case 'replayed':
      // RFC 6749 4.1.2, and documented [D24]: the tokens of the code are revoked.
      await reportRevoked(c, await grants.find(code.grantId), 'code-replay')
      throw codeReused()
    case 'revoked':
      reportEnded(c, await grants.find(code.grantId), 'token-of-a-revoked-grant')
      throw codeNotGood()
    case 'unknown':
    case 'expired':
    case 'other-resource':
      throw codeNotGood()
  }
}

// RFC 7636 4.1, with the engine's texts.
function verifierProblem(verifier: string): string | undefined {
  if (verifier.length < 43) return 'The PKCE code verifier must be at least 43 characters.'
  if (verifier.length > 128) return 'The PKCE code verifier can not be longer than 128 characters.'
  return /[^\w.\-~]/.test(verifier)
    ? "The PKCE code verifier must only contain [a-Z], [0-9], '-', '.', '_', '~'."
    : undefined
}
