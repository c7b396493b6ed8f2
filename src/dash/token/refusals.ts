import { DashError } from '../../account/oauth/dash-error'

// Dashboard: observed [D10, D28]. Each code has one sentence, which some refusals complete with a hint.

/** The code is unknown, has expired, or its grant was revoked. */
export function codeNotGood(): DashError {
  return new DashError('invalid_grant')
}

/** The code was issued to another client. */
export function codeOfAnotherClient(): DashError {
  return invalidGrant(
    'The OAuth 2.0 Client ID from this request does not match the one from the authorize request.',
  )
}

/** The authorization request had another `redirect_uri`. */
export function otherRedirectUri(): DashError {
  return invalidGrant(
    "The 'redirect_uri' from this request does not match the one from the authorize request.",
  )
}

/**
 * The verifier does not match the challenge.
 *
 * @param problem the problem with the form of the verifier, if it has one
 */
export function otherVerifier(problem: string | undefined): DashError {
  return invalidGrant(problem ?? 'The PKCE code challenge did not match the code verifier.')
}

/** The authorization request had no challenge. */
export function unexpectedVerifier(): DashError {
  return invalidGrant('Unable to find initial PKCE data tied to this request')
}

/** The code was redeemed before. */
export function codeReused(): DashError {
  return invalidGrant('The authorization code has already been used.')
}

/** No grant has this refresh token. */
export function unknownRefreshToken(): DashError {
  return invalidGrant('The refresh token is malformed or not valid.')
}

/** The refresh token was issued to another client. */
export function refreshTokenOfAnotherClient(): DashError {
  return invalidGrant(
    'The OAuth 2.0 Client ID from this request does not match the ID during the initial token issuance.',
  )
}

/** The refresh token was rotated before, or its grant was revoked. */
export function refreshTokenReused(): DashError {
  return invalidGrant('The refresh token was already used.')
}

/** The grant of the refresh token has reached its end. */
export function refreshTokenExpired(): DashError {
  return invalidGrant('The refresh token expired.')
}

function invalidGrant(hint: string): DashError {
  return new DashError('invalid_grant', hint)
}
