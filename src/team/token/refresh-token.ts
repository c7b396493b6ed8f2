import { grantLifetimes, managedOAuth } from '../../access/application'
import { wholeSeconds } from '../../access/duration'
import { currentIdentity } from '../../access/identity'
import { parseToken } from '../../access/token'
import type { AppContext } from '../../env'
import { judge, whereFrom } from '../../judge'
import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import type { Client } from '../../store/clients'
import {
  namedApplication,
  otherResource,
  refuseRevoked,
  type TokenAnswer,
  tokenAnswer,
} from './issue'

/**
 * `grant_type=refresh_token`: the next pair, after the policies were asked again [T11-T18].
 *
 * Redirect rules are not asked: they bind authorizations, not grants [T14].
 *
 * @throws OAuthError `invalid_request`, `invalid_grant`, `invalid_target`
 */
export async function refresh(
  c: AppContext,
  client: Client,
  parameters: Parameters,
): Promise<TokenAnswer> {
  const { configuration, now, settings, stores } = c.var
  const refreshToken = parameters.require('refresh_token')
  const named = namedApplication(c, parameters)
  const credential = parseToken(refreshToken)
  const grant = credential && (await stores.grants.find(credential.grantId))
  if (!grant) throw invalid()
  if (grant.clientId !== client.clientId) {
    throw new OAuthError('invalid_grant', 'refresh token was issued to another client')
  }
  refuseRevoked(c, grant)
  const application = configuration.applications.find(({ id }) => id === grant.applicationId)
  const oauth = application && managedOAuth(application)
  if (!oauth) {
    throw new OAuthError('invalid_grant', 'Managed OAuth is off for the application of this grant')
  }
  if (named && named.id !== application.id) throw otherResource()
  // Access: documented [T18]. Assumed: the code, and that the token is left as it was.
  const identity = currentIdentity(settings.PEOPLE, grant.identity)
  const verdict = judge(c, application, 'refresh', { identity, ...whereFrom(c) })
  if (verdict.decision === 'deny') {
    throw new OAuthError('invalid_grant', 'Access policies no longer admit this person')
  }
  const rotation = await stores.grants.rotate(refreshToken, {
    accessTokenLifetimeSeconds: grantLifetimes(application, oauth).accessTokenLifetimeSeconds,
    policyId: verdict.policy.id,
    graceSeconds: wholeSeconds(settings.REFRESH_TOKEN_GRACE),
    onReuse: settings.REFRESH_TOKEN_REUSE,
    now,
  })
  switch (rotation.outcome) {
    case 'rotated':
      return tokenAnswer(grant, rotation.pair, now)
    case 'unknown':
      throw invalid()
    case 'reused':
      throw new OAuthError('invalid_grant', 'refresh token was used before')
    case 'revoked':
      throw new OAuthError('invalid_grant', 'the grant is revoked')
    case 'session ended':
      throw new OAuthError('invalid_grant', 'the session of the grant has ended; log in again')
  }
}

function invalid(): OAuthError {
  return new OAuthError('invalid_grant', 'refresh token is invalid')
}
