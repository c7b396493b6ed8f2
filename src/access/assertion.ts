import { importJWK, SignJWT } from 'jose'
import { type Identity, userIdOf } from './identity'
import type { SigningKey } from './keys'

/** What every assertion says; times in seconds. */
type Frame = {
  issuer: string
  audience: string
  /** The application's host, with its port where it has one. */
  host: string
  issuedAtSeconds: number
  expiresAtSeconds: number
}

/** What the assertion of a person says besides. */
export type IdentityClaims = Frame & {
  identity: Pick<Identity, 'email' | 'claims'>
  identityNonce: string
  country: string
  policyId: string
}

// Access: documented. `custom` is trimmed at about 1 KB.
const CUSTOM_LIMIT_BYTES = 1024

/**
 * The JWT that tells the origin who asks (`Cf-Access-Jwt-Assertion`, and `CF_Authorization` after a
 * browser login).
 *
 * Access: observed [O7, O10]. `aud` is an array, the header has no `typ`; `nbf` equals `iat`.
 * The same claims give the same bytes: RS256 has no randomness.
 */
export async function signIdentity(claims: IdentityClaims, key: SigningKey): Promise<string> {
  const custom = customOf(claims.identity.claims)
  const payload = {
    aud: [claims.audience],
    email: claims.identity.email,
    exp: claims.expiresAtSeconds,
    iat: claims.issuedAtSeconds,
    nbf: claims.issuedAtSeconds,
    iss: claims.issuer,
    type: 'app',
    identity_nonce: claims.identityNonce,
    sub: await userIdOf(claims.identity.email),
    country: claims.country,
    policy_id: claims.policyId,
    ...(custom && { custom }),
    h_INTERNAL_DO_NOT_USE: claims.host,
  }
  return sign(payload, { alg: 'RS256', kid: key.jwk.kid }, key)
}

/**
 * The assertion of a service token.
 *
 * Access: observed [O8, O9]. `aud` is a string, `sub` is empty, there is no `email`, `nbf` or
 * `identity_nonce`, the header has `typ`, and it lives a second longer than the session.
 */
export async function signService(
  claims: Frame & { commonName: string },
  key: SigningKey,
): Promise<string> {
  const payload = {
    type: 'app',
    iat: claims.issuedAtSeconds,
    exp: claims.expiresAtSeconds + 1,
    iss: claims.issuer,
    sub: '',
    aud: claims.audience,
    common_name: claims.commonName,
    h_INTERNAL_DO_NOT_USE: claims.host,
  }
  return sign(payload, { typ: 'JWT', alg: 'RS256', kid: key.jwk.kid }, key)
}

async function sign(
  payload: Record<string, unknown>,
  header: { alg: string; kid: string; typ?: string },
  key: SigningKey,
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(key.jwk, 'RS256'))
}

// As many of the claims, in their order, as fit.
function customOf(claims: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(claims)) {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...kept, [name]: value }))
    if (bytes.length <= CUSTOM_LIMIT_BYTES) kept[name] = value
  }
  return Object.keys(kept).length ? kept : undefined
}
