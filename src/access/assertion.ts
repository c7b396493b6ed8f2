import { importJWK, SignJWT } from 'jose'
import type { SigningKey } from './keys'

/** What the assertion of a person says; times in seconds. */
export type IdentityClaims = {
  issuer: string
  audience: string
  email: string
  userId: string
  identityNonce: string
  country: string
  policyId: string
  /** The application's host, with its port where it has one. */
  host: string
  issuedAtSeconds: number
  expiresAtSeconds: number
}

/**
 * The JWT that tells the origin who asks (`Cf-Access-Jwt-Assertion`, and `CF_Authorization` after a
 * browser login).
 *
 * Access: observed [O7, O10]. `aud` is an array, the header has no `typ`; `nbf` equals `iat`.
 * The same claims give the same bytes: RS256 has no randomness.
 */
export async function signIdentity(claims: IdentityClaims, key: SigningKey): Promise<string> {
  return new SignJWT({
    aud: [claims.audience],
    email: claims.email,
    exp: claims.expiresAtSeconds,
    iat: claims.issuedAtSeconds,
    nbf: claims.issuedAtSeconds,
    iss: claims.issuer,
    type: 'app',
    identity_nonce: claims.identityNonce,
    sub: claims.userId,
    country: claims.country,
    policy_id: claims.policyId,
    h_INTERNAL_DO_NOT_USE: claims.host,
  })
    .setProtectedHeader({ alg: 'RS256', kid: key.jwk.kid })
    .sign(await importJWK(key.jwk, 'RS256'))
}
