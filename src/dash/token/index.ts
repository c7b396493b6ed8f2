import { DashError, grantNotAllowed } from '../../account/oauth/dash-error'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { unlessLost } from '../../request/faults'
import { authenticateClient } from '../client'
import { readParameters } from '../form'
import { respondJson } from '../respond-json'
import { exchangeCode } from './authorization-code'
import { refresh } from './refresh-token'
import { type Issued, tokenResponse } from './response'

type GrantType = (
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
) => Promise<Issued>
const GRANT_TYPES: Record<string, GrantType> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
}

// Dashboard: documented [D6]. The engine supports them, but clients of an account cannot use them. Only
// wrangler uses the device grant, which is not emulated.
const ENGINE_ONLY = [
  'client_credentials',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
]

/**
 * Handles `POST /oauth2/token`.
 *
 * Dashboard: observed [D26, D28].
 *
 * @throws DashError
 */
export async function token(c: AppContext): Promise<Response> {
  const parameters = await readParameters(c)
  const client = await authenticateClient(c)
  const grantType = parameters.get('grant_type')
  if (!grantType) {
    throw new DashError('invalid_request', "Request parameter 'grant_type' is missing")
  }
  const issue = Object.hasOwn(GRANT_TYPES, grantType) ? GRANT_TYPES[grantType] : undefined
  if (!issue) {
    // Assumed: unsupported_grant_type for every grant type that the engine does not support, as `password`.
    throw ENGINE_ONLY.includes(grantType)
      ? grantNotAllowed(grantType)
      : new DashError('unsupported_grant_type')
  }
  if (!client.grant_types.some((each) => each === grantType)) throw grantNotAllowed(grantType)
  const response = await tokenResponse(c, await issue(c, client, parameters))
  reportDecision(c, {
    kind: 'token',
    outcome: 'allowed',
    grantType,
    hasVerifier: parameters.has('code_verifier'),
    expiresInSeconds: response.expires_in,
    why: 'The dashboard issued tokens.',
  })
  const subject = { clientId: client.client_id }
  return unlessLost(c, grantType, subject, respondJson(c, 200, response))
}
