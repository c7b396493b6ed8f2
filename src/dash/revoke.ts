import { DashError } from '../account/oauth/dash-error'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { authenticateClient } from './client'
import { readParameters } from './form'
import { reportRevoked } from './grant-events'

const WHY = {
  unknown: 'Nobody knows this token, so there is nothing to revoke (RFC 7009 2.2).',
  'other-client': 'The token is of another client, so it stays good.',
}

/**
 * `POST /oauth2/revoke` (RFC 7009): ends the grant with all its tokens, whichever of them is shown.
 *
 * Engine (B.4): 200 with an empty body, for a token that nobody knows and for another client's too,
 * which stays good. `token_type_hint` is not needed. Every refusal of the client is in its code's bare
 * sentence.
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
