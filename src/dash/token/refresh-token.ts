import { wholeSeconds } from '../../access/duration'
import { DashError, scopeNotAllowed } from '../../account/dash-error'
import type { OAuthClient } from '../../account/oauth-client'
import type { AppContext } from '../../env'
import { note } from '../actor'
import { tellOver, tellRevoked } from '../grant-events'
import { type TokenAnswer, tokenAnswer } from './answer'

/**
 * `grant_type=refresh_token`: the next pair. The token is good once; when it comes back after the
 * grace window, the whole family is revoked (B.4).
 *
 * Engine: what a revoked grant answers is what a used token answers; a grant with a scope that the
 * client has lost since is refused.
 *
 * @throws DashError `invalid_grant`, `invalid_scope`
 */
export async function refresh(
  c: AppContext,
  client: OAuthClient,
  parameters: URLSearchParams,
): Promise<TokenAnswer> {
  const { now, settings, stores } = c.var
  const refreshToken = parameters.get('refresh_token') ?? ''
  const grant = await stores.dashboardGrants.findNamed(refreshToken)
  if (!grant) throw unknown()
  const graceSeconds = wholeSeconds(settings.REFRESH_TOKEN_GRACE)
  // A grant's id is no secret: nothing is said of the grant until a refresh token of it is shown. The
  // rotation asks that itself.
  const lost = grant.scopes.find((scope) => !client.scopes.includes(scope))
  const isOfAnother = grant.clientId !== client.client_id
  if (isOfAnother || lost !== undefined) {
    const worth = await stores.dashboardGrants.weigh(refreshToken, { graceSeconds, now })
    if (worth === 'unknown') throw unknown()
  }
  if (isOfAnother) {
    throw refused(
      'The OAuth 2.0 Client ID from this request does not match the ID during the initial token issuance.',
    )
  }
  if (lost !== undefined) {
    note(c, { email: grant.email })
    throw scopeNotAllowed(lost)
  }
  const rotation = await stores.dashboardGrants.rotate(refreshToken, {
    accessTokenLifetimeSeconds: wholeSeconds(settings.DASH_ACCESS_TOKEN_LIFETIME),
    policyId: '',
    graceSeconds,
    onReuse: 'revoke',
    now,
  })
  if (rotation.outcome === 'unknown') throw unknown()
  note(c, { email: grant.email })
  switch (rotation.outcome) {
    case 'rotated':
      return tokenAnswer(c, grant, rotation.pair)
    case 'reused':
      tellRevoked(c, grant, 'refresh token reuse')
      throw refused('The refresh token was already used.')
    case 'revoked':
      tellOver(c, grant, 'token of a revoked grant')
      throw refused('The refresh token was already used.')
    case 'session ended':
      tellOver(c, grant, 'token expired')
      throw refused('The refresh token expired.')
  }
}

function unknown(): DashError {
  return refused('The refresh token is malformed or not valid.')
}

function refused(hint: string): DashError {
  return new DashError('invalid_grant', hint)
}
