import { type Application, applicationAt } from '../../access/application'
import { isSignInGood, tokenEndpointSignIn } from '../../access/sign-in'
import type { AppContext } from '../../env'
import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { parseResource } from '../../oauth/resource'
import { tell } from '../../report'
import type { TokenPair } from '../../store/grants'
import type { AccessGrant } from '../../store/grants/grant'

/** The token endpoint's answer [T1]. */
export type TokenAnswer = {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  scope: ''
  resource: string
  refresh_token: string | undefined
}

/**
 * Access: observed [T1, T3-T6]. `bearer` is written in lower case, `scope` is there and empty, and
 * `resource` is the normalised form of what the client sent.
 */
export function tokenAnswer(grant: AccessGrant, pair: TokenPair, now: number): TokenAnswer {
  return {
    access_token: pair.accessToken,
    token_type: 'bearer',
    // A grace window may be longer than the access token that it answers again lives.
    expires_in: Math.max(0, pair.token.expiresAtSeconds - now),
    scope: '',
    resource: grant.resource,
    refresh_token: pair.refreshToken,
  }
}

/**
 * The application that a token request's `resource` names, or undefined where it has none: it is
 * not needed at this endpoint [T11], but must not name another application than the grant's.
 *
 * @throws OAuthError `invalid_target`
 */
export function namedApplication(c: AppContext, parameters: Parameters): Application | undefined {
  const resource = parameters.get('resource')
  if (resource === undefined) return undefined
  const application = applicationAt(c.get('configuration').applications, parseResource(resource))
  if (!application) throw otherResource()
  return application
}

/** The refusal of a grant that an administrator has ended, or undefined where none has. */
export function revocationRefusal(c: AppContext, grant: AccessGrant): OAuthError | undefined {
  const signIn = tokenEndpointSignIn(grant, c.get('settings').REVOCATION)
  if (isSignInGood(c.get('state'), signIn)) return undefined
  return new OAuthError('invalid_grant', 'the grant is revoked', {
    hint: {
      why: 'The person was deleted, or with REVOCATION "strict" the person or the application was revoked.',
      change: 'Authorize again.',
    },
  })
}

/** What an event is told of a grant. */
export function tellGrant(c: AppContext, grant: AccessGrant): void {
  const { id: grantId, applicationId, identity } = grant
  const application = c.get('configuration').applications.find(({ id }) => id === applicationId)
  tell(c, {
    grantId,
    email: identity.email,
    ...(application && { application: { id: application.id, name: application.name } }),
  })
}

export function otherResource(): OAuthError {
  return new OAuthError('invalid_target', 'resource is not what the grant was made for', {
    hint: {
      rule: 'RFC 8707 2.2',
      change: 'Leave resource out here, or send that of the authorization request.',
    },
  })
}
