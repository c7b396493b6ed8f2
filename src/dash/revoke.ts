import { DashError } from '../account/oauth/dash-error'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { authenticateClient } from './client'
import { readParameters } from './form'
import { reportRevoked } from './grant-events'

const WHY = {
  unknown: 'The token is unknown, so nothing was revoked (RFC 7009 2.2).',
  'other-client': 'The token belongs to another client, so it was not revoked.',
}

/**
 * Handles `POST /oauth2/revoke` (RFC 7009): ends the grant of a token with all its tokens.
 *
 * Dashboard: documented [D29]. The response is 200 with an empty body, even for unknown tokens and for
 * those of another client, which stay valid. `token_type_hint` is not needed. A refusal of the client
 * has the sentence of its code without a hint.
 *
 * @throws DashError `invalid_client`
 */
export async function revoke(c: AppContext): Promise<Response> {
  const { dashboardGrants: grants } = c.get('stores')
  const parameters = await readParameters(c)
  const client = await authenticateClient(c).catch((error: unknown) => {
    throw error instanceof DashError ? new DashError(error.code) : error
  })
  const token = parameters.get('token') ?? ''
  const outcome = await grants.revoke(token, client.client_id)
  if (outcome === 'revoked') await reportRevoked(c, await grants.findNamed(token), 'client')
  else reportDecision(c, { kind: 'revocation', token: 'unknown', why: WHY[outcome] })
  c.header('Cache-Control', 'no-store')
  c.header('Pragma', 'no-cache')
  return c.body(null, 200)
}
