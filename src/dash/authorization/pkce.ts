import { DashError } from '../../account/oauth/dash-error'
import type { AuthorizationRequest } from './request'

/**
 * Returns the S256 challenge of a request; undefined if a client with a secret does not use PKCE.
 *
 * Dashboard: documented [D14]. Only clients without a secret must use PKCE.
 * Dashboard: observed [D9]. It is checked after consent; the form of a challenge is not checked.
 *
 * @throws DashError `invalid_request`
 */
export function requireChallenge(request: AuthorizationRequest): string | undefined {
  const { client, codeChallenge, codeChallengeMethod: method } = request
  if (codeChallenge === undefined) {
    if (client.token_endpoint_auth_method !== 'none') return undefined
    const hint =
      'This client must include a code_challenge when performing the authorize code flow, but it is missing.'
    throw new DashError('invalid_request', hint)
  }
  if (method === 'S256') return codeChallenge
  throw new DashError(
    'invalid_request',
    method === undefined || method === 'plain'
      ? 'Clients must use code_challenge_method=S256, plain is not allowed.'
      : 'The code_challenge_method is not supported, use S256 instead.',
  )
}
