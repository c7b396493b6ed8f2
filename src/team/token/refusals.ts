/**
 * Why the token endpoint refuses to exchange a code or to refresh: one constructor for each reason.
 *
 * Access: observed [T7], the text for a malformed code. Access: documented [T8, T17, T18] and reported
 * [T9, T13], that other refusals are `invalid_grant`. Assumed: their texts.
 */
import { type Hint, OAuthError } from '../../oauth/errors'

// The exchange of a code.

/** The text does not have the form of a code. */
export function notACode(): OAuthError {
  return invalidGrant('Invalid authorization code format', {
    rule: 'T7',
    why: 'The text sent as code does not have the form of an authorization code.',
    change: 'Send the code parameter of the redirect, decoded once. Do not send a token as code.',
  })
}

/** No grant has this code. */
export function unknownCode(): OAuthError {
  return invalidGrant('authorization code is invalid', {
    why: 'No grant has this code: it is from another store or from before a reset, or it was never issued.',
    change: 'Authorize again.',
  })
}

/** The code was issued to another client. */
export function codeOfAnotherClient(): OAuthError {
  return invalidGrant('authorization code was issued to another client', {
    change: 'Redeem the code with the client_id of the authorization request.',
  })
}

/** The authorization request had another `redirect_uri`. */
export function otherRedirectUri(): OAuthError {
  return invalidGrant('redirect_uri does not match the authorization request', {
    rule: 'T10',
    change: 'Send the same redirect_uri as in the authorization request, port included.',
  })
}

/** The authorization request had a challenge, and this request has no verifier. */
export function missingVerifier(): OAuthError {
  return new OAuthError('invalid_request', 'code_verifier is missing')
}

/** The verifier does not match the challenge of the authorization request. */
export function otherVerifier(): OAuthError {
  return invalidGrant('code_verifier does not match the code_challenge', {
    rule: 'T9',
    why: 'BASE64URL(SHA-256(code_verifier)) is not the code_challenge of the authorization request.',
    change: 'Store one code_verifier per authorization request, keyed by state.',
  })
}

/** The `resource` names another application than that of the grant; at a refresh too. */
export function otherResource(): OAuthError {
  return new OAuthError('invalid_target', 'resource does not match the application of the grant', {
    hint: {
      rule: 'RFC 8707 2.2',
      change: 'Omit resource at the token endpoint, or send that of the authorization request.',
    },
  })
}

/** The code has expired. */
export function codeExpired(lifetime: string): OAuthError {
  return invalidGrant('authorization code has expired', {
    why: `The code has expired. Its lifetime is CODE_LIFETIME (${lifetime}).`,
    change: 'Redeem a code as soon as it arrives. To continue, authorize again.',
  })
}

/** The code was redeemed before. */
export function codeReused(): OAuthError {
  return invalidGrant('authorization code was used before; its tokens are revoked', {
    rule: 'T8',
    why: 'The code was redeemed before. It may have been stolen, so its grant ended with all tokens (RFC 6749 4.1.2).',
    change: 'Redeem a code only once, even if the first response was lost. Then authorize again.',
  })
}

/** The grant of the code was revoked. */
export function codeRevoked(): OAuthError {
  return invalidGrant('the grant is revoked', { change: 'Authorize again.' })
}

/** An administrator has ended the grant; at a refresh too. */
export function revokedByAdministrator(): OAuthError {
  return invalidGrant('the grant is revoked', {
    why: 'The person was deleted, or, with REVOCATION "strict", the person or the application was revoked.',
    change: 'Authorize again.',
  })
}

// The refresh.

/** No grant has this refresh token. */
export function unknownRefreshToken(): OAuthError {
  return invalidGrant('refresh token is invalid', {
    why: 'No grant has this refresh token: it is from another store or from before a reset, or it was never issued.',
    change: 'Authorize again.',
  })
}

/** The refresh token was issued to another client. */
export function refreshTokenOfAnotherClient(): OAuthError {
  return invalidGrant('refresh token was issued to another client', {
    rule: 'RFC 6749 6',
    change:
      'Store the client_id with the refresh token. A client that registers again cannot use it.',
  })
}

/** Managed OAuth is off for the application of the grant. */
export function managedOAuthIsOff(): OAuthError {
  return invalidGrant('Managed OAuth is off for the application of this grant', {
    change: 'Set oauth_configuration.enabled of the application to true.',
  })
}

/** The policies no longer admit the person. The refresh token stays valid [T18]. */
export function noLongerAdmitted({ rule, why, change }: Hint & { why: string }): OAuthError {
  return invalidGrant('Access policies no longer admit this person', {
    ...(rule && { rule: `T18, ${rule}` }),
    why: `${why} The refresh token stays valid.`,
    ...(change && { change }),
  })
}

/** The refresh token was rotated before. */
export function refreshTokenReused(onReuse: 'revoke' | 'refuse'): OAuthError {
  return invalidGrant('refresh token was used before', {
    rule: 'T13',
    why:
      onReuse === 'revoke'
        ? 'This refresh token was already rotated. Two processes may have refreshed at the same time (P9), or the token was stolen, so the grant ended with all its tokens (RFC 9700 4.14.2).'
        : 'This refresh token was already rotated.',
    change:
      'Store the new refresh token before anything else, and refresh in one process. REFRESH_TOKEN_GRACE accepts a token for some time after its rotation.',
  })
}

/** The grant of the refresh token was revoked. */
export function refreshTokenRevoked(): OAuthError {
  return invalidGrant('the grant is revoked', {
    why: 'The grant was revoked: by the client, because a code or refresh token was used twice, or at the console.',
    change: 'Authorize again.',
  })
}

/** The session of the grant has ended. */
export function sessionEnded(): OAuthError {
  return invalidGrant('the session of the grant has ended; log in again', {
    rule: 'T17',
    why: 'grant.session_duration has passed since the authorization. A refresh does not extend it.',
    change: 'Authorize again. A person has to log in.',
  })
}

function invalidGrant(description: string, hint: Hint): OAuthError {
  return new OAuthError('invalid_grant', description, { hint })
}
