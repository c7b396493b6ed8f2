import { DashError } from '../../account/oauth/dash-error'
import type { AuthorizationRequest } from './request'

/**
 * The S256 challenge of a request; undefined where a client with a secret leaves PKCE out.
 *
 * Dashboard: documented. S256 is required of clients without a secret, and optional for the others.
 * Engine (B.2): asked for after the person has consented; a challenge's form is not looked at.
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
