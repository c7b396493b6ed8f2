import { dashboardUserId } from '../account/members'
import { findOAuthClient } from '../account/oauth/dash-client'
import { DashError } from '../account/oauth/dash-error'
import { bearerToken, challenge } from '../oauth/bearer'
import type { AppContext } from '../request/context'
import { noteClient } from './client'
import { reportEnded } from './grant-events'
import { respondJson } from './respond-json'

/**
 * Handles `/oauth2/userinfo`: returns the id of the person who granted an access token.
 *
 * Dashboard: documented [D5]. Assumed: the text of the refusal, which is the engine's.
 *
 * @throws DashError (401)
 */
export async function userinfo(c: AppContext): Promise<Response> {
  const { configuration, now, stores } = c.var
  const token = bearerToken(c.req.header('authorization')) ?? ''
  const admission = await stores.dashboardGrants.admit(token, now)
  if (admission.outcome !== 'unknown') {
    const { grant } = admission
    const client = findOAuthClient(configuration.oauthClients, grant.clientId)
    if (client) noteClient(c, client)
    if (admission.outcome === 'admitted' && client) {
      return respondJson(c, 200, { sub: await dashboardUserId(grant.email) })
    }
    const isExpired = admission.outcome === 'expired'
    reportEnded(c, grant, isExpired ? 'token-expired' : 'token-of-a-revoked-grant')
  }
  const error = new DashError(
    'request_unauthorized',
    'Check that you provided valid credentials in the right format.',
  )
  c.header(
    'WWW-Authenticate',
    challenge('Bearer', { error: 'invalid_token', error_description: error.description }),
  )
  throw error
}
