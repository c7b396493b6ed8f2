import { DashError, grantNotAllowed } from '../../account/dash-error'
import type { OAuthClient } from '../../account/oauth-client'
import type { AppContext } from '../../env'
import { tell } from '../../report'
import { actorOf } from '../actor'
import { authenticateClient } from '../client'
import { readParameters } from '../form'
import { respondJson, type TokenAnswer } from './answer'
import { exchangeCode } from './authorization-code'
import { refresh } from './refresh-token'

type Grant = (
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
) => Promise<TokenAnswer>
const GRANTS: Record<string, Grant> = {
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
  const client = await authenticateClient(c, parameters)
  const grantType = parameters.get('grant_type')
  if (!grantType) {
    throw new DashError('invalid_request', "Request parameter 'grant_type' is missing")
  }
  const grant = Object.hasOwn(GRANTS, grantType) ? GRANTS[grantType] : undefined
  if (!grant) {
    // Assumed: unsupported_grant_type for what the engine has not, `password` first.
    throw ENGINE_ONLY.includes(grantType)
      ? grantNotAllowed(grantType)
      : new DashError('unsupported_grant_type')
  }
  if (!client.grant_types.some((each) => each === grantType)) throw grantNotAllowed(grantType)
  const answer = await grant(c, client, parameters)
  const why = 'The dashboard gave tokens.'
  tell(c, { kind: 'token', outcome: 'allowed', grantType, ...actorOf(c), why })
  return respondJson(c, 200, answer)
}
