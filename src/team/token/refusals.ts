import type { Hint } from '../../oauth/errors'
import { OAuthError } from '../../oauth/errors'

// Access: observed for the form of a code [T7], and that the rest is `invalid_grant`. Assumed: the
// texts of the rest.

/** The text does not have the form of a code. */
export function notACode(): OAuthError {
  return invalidGrant('Invalid authorization code format', {
    rule: 'T7',
    change: 'Send the code as it came, decoded once; it is no access or refresh token.',
  })
}

/** No grant has this code. */
export function unknownCode(): OAuthError {
  return invalidGrant('authorization code is invalid', {
    why: 'No grant knows this code: it is of another store, or was made up.',
  })
}

/** Another client asked for the code. */
export function codeOfAnotherClient(): OAuthError {
  return invalidGrant('authorization code was issued to another client', {
    change: 'Redeem a code with the client_id that it was asked for with.',
  })
}

/** The authorization request had another `redirect_uri`. */
export function otherRedirectUri(): OAuthError {
  return invalidGrant('redirect_uri is not the one of the authorization request', {
    rule: 'T10',
    change: 'Send the very redirect_uri of the authorization request, port included.',
  })
}

/** The authorization request had a challenge, and this request has no verifier. */
export function missingVerifier(): OAuthError {
  return new OAuthError('invalid_request', 'code_verifier is missing')
}

/** The verifier is not the one of the challenge. */
export function otherVerifier(): OAuthError {
  return invalidGrant('code_verifier does not match the code_challenge', {
    rule: 'T9',
    why: 'BASE64URL(SHA-256(code_verifier)) is not the code_challenge of the authorization request.',
    change: 'Keep the verifier of each request apart, by its state.',
  })
}

/** The `resource` is of another application than the grant. */
export function otherResource(): OAuthError {
  return new OAuthError('invalid_target', 'resource is not what the grant was made for', {
    hint: {
      rule: 'RFC 8707 2.2',
      change: 'Leave resource out here, or send that of the authorization request.',
    },
  })
}

/** The code has expired. */
export function codeExpired(lifetime: string): OAuthError {
  return invalidGrant('authorization code has expired', {
    why: `The code is over: it lives for CODE_LIFETIME (${lifetime}).`,
    change: 'Redeem a code as soon as it arrives.',
  })
}

/** The code was redeemed before. */
export function codeReused(): OAuthError {
  return invalidGrant('authorization code was used before; what it gave is revoked', {
    rule: 'T8',
    why: 'The code was redeemed before. Somebody may have stolen it, so its grant ended with all its tokens (RFC 6749 4.1.2).',
    change: 'Redeem a code once, also where the first answer was lost.',
  })
}

/** The grant of the code was revoked. */
export function codeRevoked(): OAuthError {
  return invalidGrant('the grant is revoked', { change: 'Authorize again.' })
}

/** An administrator has ended the grant. */
export function revokedByAdministrator(): OAuthError {
  return invalidGrant('the grant is revoked', {
    why: 'The person was deleted, or with REVOCATION "strict" the person or the application was revoked.',
    change: 'Authorize again.',
  })
}

/** No grant has this refresh token. */
export function unknownRefreshToken(): OAuthError {
  return invalidGrant('refresh token is invalid', {
    why: 'No grant knows this refresh token: it is of another store or from before a reset, or was made up.',
    change: 'Authorize again.',
  })
}

/** The refresh token was issued to another client. */
export function refreshTokenOfAnotherClient(): OAuthError {
  return invalidGrant('refresh token was issued to another client', {
    rule: 'RFC 6749 6',
    change: 'Keep the client_id with the refresh token; registering anew is no way back to it.',
  })
}

/** The application of the grant has Managed OAuth off. */
export function managedOAuthIsOff(): OAuthError {
  return invalidGrant('Managed OAuth is off for the application of this grant', {
    change: 'Set oauth_configuration.enabled of the application to true.',
  })
}

/** The policies no longer admit the person; the refresh token is left as it was [T18]. */
export function noLongerAdmitted({ rule, why, change }: Hint & { why: string }): OAuthError {
  return invalidGrant('Access policies no longer admit this person', {
    ...(rule && { rule: `T18, ${rule}` }),
    why: `${why} The refresh token is left as it was.`,
    ...(change && { change }),
  })
}

/** The refresh token was rotated before. */
export function refreshTokenReused(onReuse: 'revoke' | 'refuse'): OAuthError {
  return invalidGrant('refresh token was used before', {
    rule: 'T13',
    why:
      onReuse === 'revoke'
        ? 'This refresh token was rotated already. Two processes may have refreshed at once (P9), or somebody stole it, so the grant ended with all its tokens (RFC 9700 4.14.2).'
        : 'This refresh token was rotated already.',
    change:
      'Store the new refresh token before anything else, refresh in one place; REFRESH_TOKEN_GRACE forgives what comes soon after.',
  })
}

/** The grant of the refresh token was revoked. */
export function refreshTokenRevoked(): OAuthError {
  return invalidGrant('the grant is revoked', {
    why: 'The grant was revoked: by the client, by a code or refresh token used twice, or at the console.',
    change: 'Authorize again.',
  })
}

/** The session of the grant has ended. */
export function sessionEnded(): OAuthError {
  return invalidGrant('the session of the grant has ended; log in again', {
    rule: 'T17',
    why: 'grant.session_duration has passed since the authorization; no refresh extends it.',
    change: 'Authorize again; a person has to log in.',
  })
}

function invalidGrant(description: string, hint: Hint): OAuthError {
  return new OAuthError('invalid_grant', description, { hint })
}
