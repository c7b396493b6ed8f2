import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { codeVerifierFault } from '../../oauth/pkce'
import { readForm } from '../../request/body'
import type { AppContext } from '../../request/context'
import { note, reportDecision } from '../../request/events'
import { unlessLost } from '../../request/faults'
import type { Client } from '../../store/clients'
import { authenticateClient } from '../client'
import { applicationOf, noteGrantAndApplication } from '../grant'
import { type Issued, tokenAnswer } from './answer'
import { exchangeCode } from './authorization-code'
import { refresh } from './refresh-token'

type GrantType = (c: AppContext, client: Client, parameters: Parameters) => Promise<Issued>
const GRANT_TYPES: Record<string, GrantType> = {
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
  const facts = factsOf(parameters)
  note(c, { ...facts, grantType: parameters.get('grant_type') })
  const client = await authenticateClient(c)
  const grantType = parameters.require('grant_type')
  const issue = Object.hasOwn(GRANT_TYPES, grantType) ? GRANT_TYPES[grantType] : undefined
  if (!issue) {
    throw new OAuthError(
      'unsupported_grant_type',
      'grant_type must be authorization_code or refresh_token',
    )
  }
  if (!client.grantTypes.includes(grantType)) {
    throw new OAuthError('unauthorized_client', `the client is not registered for ${grantType}`)
  }
  const { grant, pair, event } = await issue(c, client, parameters)
  noteGrantAndApplication(c, grant)
  const answer = tokenAnswer(grant, pair, c.get('now'))
  reportDecision(c, { ...facts, grantType, ...event, expiresInSeconds: answer.expires_in })
  // RFC 6749 5.1: no token is kept in a cache.
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  const subject = { clientId: client.clientId, application: applicationOf(c, grant) }
  return unlessLost(c, grantType, subject, c.json(answer))
}

// Assumed: Access undocumented. The form of the verifier is reported to the client's developer, and
// decides nothing.
function factsOf(parameters: Parameters) {
  const verifier = parameters.get('code_verifier')
  const verifierFault = verifier && codeVerifierFault(verifier)
  return {
    kind: 'token',
    hasVerifier: verifier !== undefined,
    ...(verifierFault && { verifierProblem: verifierFault }),
    ...(parameters.has('resource') && { resource: parameters.get('resource') }),
  } as const
}
