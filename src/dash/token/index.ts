import { DashError, grantNotAllowed } from '../../account/oauth/dash-error'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import type { AppContext } from '../../request/context'
import { reportDecision } from '../../request/events'
import { unlessLost } from '../../request/faults'
import { authenticateClient } from '../client'
import { readParameters } from '../form'
import { type Issued, respondJson, tokenAnswer } from './answer'
import { exchangeCode } from './authorization-code'
import { refresh } from './refresh-token'

type GrantType = (
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
) => Promise<Issued>
const GRANT_TYPES: Record<string, GrantType> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
}

// Documented (B.1): the engine has them, and no client of an account may use them. Of Cloudflare's own
// client wrangler the last is, and is not emulated.
const ENGINE_ONLY = [
  'client_credentials',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
]

/**
 * `POST /oauth2/token` (B.4).
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
    // Assumed: unsupported_grant_type for what the engine has not, `password` first.
    throw ENGINE_ONLY.includes(grantType)
      ? grantNotAllowed(grantType)
      : new DashError('unsupported_grant_type')
  }
  if (!client.grant_types.some((each) => each === grantType)) throw grantNotAllowed(grantType)
  const answer = await tokenAnswer(c, await issue(c, client, parameters))
  reportDecision(c, {
    kind: 'token',
    outcome: 'allowed',
    grantType,
    hasVerifier: parameters.has('code_verifier'),
    expiresInSeconds: answer.expires_in,
    why: 'The dashboard gave tokens.',
  })
  const subject = { clientId: client.client_id }
  return unlessLost(c, grantType, subject, respondJson(c, 200, answer))
}
