import { wholeSeconds } from '../../access/duration'
import { scopeNotAllowed } from '../../account/oauth/dash-error'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import { reportEnded, reportRevoked } from '../grant-events'
import {
  refreshTokenExpired,
  refreshTokenOfAnotherClient,
  refreshTokenReused,
  unknownRefreshToken,
} from './refusals'
import type { Issued } from './response'

/**
 * Exchanges a refresh token for the next pair (`grant_type=refresh_token`). A token is valid once; its
 * reuse after the grace window revokes the grant.
 *
 * Dashboard: documented [D24]. The response for a revoked grant is that for a used token.
 * Dashboard: documented [D34]. A grant with a scope that its client no longer has is refused.
 *
 * @throws DashError `invalid_grant`, `invalid_scope`
 */
export async function refresh(
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
): Promise<Issued> {
  const { now, settings, stores } = c.var
  const { dashboardGrants: grants } = stores
  const token = grants.parseRefreshToken(parameters.get('refresh_token') ?? '')
  const grant = token && (await grants.find(token.grantId))
  if (!grant) throw unknownRefreshToken()
  const graceSeconds = wholeSeconds(settings.REFRESH_TOKEN_GRACE)
  // A grant's id is no secret, so these refusals need a genuine refresh token first: they describe the
  // grant. The rotation checks the token itself.
  const lost = grant.scopes.find((scope) => !client.scopes.includes(scope))
  const isOfAnother = grant.clientId !== client.client_id
  if (isOfAnother || lost !== undefined) {
    const status = await grants.refreshTokenStatus(token, { graceSeconds, now })
    if (status === 'unknown') throw unknownRefreshToken()
  }
  if (isOfAnother) throw refreshTokenOfAnotherClient()
  if (lost !== undefined) {
    note(c, { email: grant.email })
    throw scopeNotAllowed(lost)
  }
  const rotation = await grants.rotate(token, {
    accessTokenLifetimeSeconds: wholeSeconds(settings.DASH_ACCESS_TOKEN_LIFETIME),
    policyId: '',
    graceSeconds,
    onReuse: 'revoke',
    now,
  })
  if (rotation.outcome === 'unknown') throw unknownRefreshToken()
  note(c, { email: grant.email })
  switch (rotation.outcome) {
    case 'rotated':
      return { grant, pair: rotation.pair }
    case 'reused':
      await reportRevoked(c, grant, 'refresh-token-reuse')
      throw refreshTokenReused()
    case 'revoked':
      reportEnded(c, grant, 'token-of-a-revoked-grant')
      throw refreshTokenReused()
    case 'session-ended':
      reportEnded(c, grant, 'token-expired')
      throw refreshTokenExpired()
  }
}
