import { readForm } from '../../body'
import type { AppContext } from '../../env'
import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { codeVerifierFault } from '../../oauth/pkce'
import { tell } from '../../report'
import type { Client } from '../../store/clients'
import { authenticateClient } from '../client'
import { exchangeCode } from './authorization-code'
import type { TokenAnswer } from './issue'
import { refresh } from './refresh-token'

type Grant = (c: AppContext, client: Client, parameters: Parameters) => Promise<TokenAnswer>
const GRANTS: Record<string, Grant> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
}

/**
 * `POST /cdn-cgi/access/oauth/token`.
 *
 * @throws OAuthError with the codes of RFC 6749 5.2 and `invalid_target` (RFC 8707)
 */
export async function token(c: AppContext): Promise<Response> {
  const parameters = await readForm(c)
  // Assumed: Access undocumented. It is said of the client, and decides nothing.
  const verifier = parameters.get('code_verifier')
  const verifierFault = verifier && codeVerifierFault(verifier)
  tell(c, {
    grantType: parameters.get('grant_type'),
    hasVerifier: verifier !== undefined,
    ...(verifierFault && { verifierFault }),
    ...(parameters.has('resource') && { resource: parameters.get('resource') }),
  })
  const client = await authenticateClient(c, parameters)
  const grantType = parameters.require('grant_type')
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined
  if (!grant) {
    throw new OAuthError(
      'unsupported_grant_type',
      'grant_type must be authorization_code or refresh_token',
    )
  }
  if (!client.grantTypes.includes(grantType)) {
    throw new OAuthError('unauthorized_client', `the client is not registered for ${grantType}`)
  }
  const answer = await grant(c, client, parameters)
  tell(c, { expiresInSeconds: answer.expires_in })
  // RFC 6749 5.1: no token is kept in a cache.
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  return c.json(answer)
}
