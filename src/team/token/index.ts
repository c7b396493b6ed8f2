import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { codeVerifierProblem } from '../../oauth/pkce'
import { readForm } from '../../request/body'
import type { AppContext } from '../../request/context'
import { note, reportDecision } from '../../request/events'
import { unlessLost } from '../../request/faults'
import type { Client } from '../../store/clients'
import { authenticateClient } from '../client'
import { applicationOf, noteGrantAndApplication } from '../grant'
import { exchangeCode } from './authorization-code'
import { refresh } from './refresh-token'
import { type Issued, tokenResponse } from './response'

type GrantType = (c: AppContext, client: Client, parameters: Parameters) => Promise<Issued>
const GRANT_TYPES: Record<string, GrantType> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
}

/**
 * Handles `POST /cdn-cgi/access/oauth/token`. The reasons why it refuses are in `refusals.ts`.
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
  const { grant, pair, event } = await issue(c, client, parameters)
  noteGrantAndApplication(c, grant)
  const response = tokenResponse(grant, pair, c.get('now'))
  reportDecision(c, { ...facts, grantType, ...event, expiresInSeconds: response.expires_in })
  // RFC 6749 5.1: no cache stores a token.
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  const subject = { clientId: client.clientId, application: applicationOf(c, grant) }
  return unlessLost(c, grantType, subject, c.json(response))
}

// Assumed: a malformed verifier is not refused. Only the event reports it.
function factsOf(parameters: Parameters) {
  const verifier = parameters.get('code_verifier')
  const verifierProblem = verifier && codeVerifierProblem(verifier)
  return {
    kind: 'token',
    hasVerifier: verifier !== undefined,
    ...(verifierProblem && { verifierProblem }),
    ...(parameters.has('resource') && { resource: parameters.get('resource') }),
  } as const
}
