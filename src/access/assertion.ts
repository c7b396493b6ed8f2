import { SignJWT } from 'jose/jwt/sign'
import { importJWK } from 'jose/key/import'
import { type Identity, userIdOf } from './identity'
import type { PrivateKey } from './keys'

/** The claims of every assertion. */
type CommonClaims = {
  issuer: string
  audience: string
  /** The application's host, with its port if it has one. */
  host: string
  issuedAtSeconds: number
  expiresAtSeconds: number
}

/** The claims of a person's assertion. */
export type IdentityClaims = CommonClaims & {
  identity: Pick<Identity, 'email' | 'claims'>
  /** The person's id in the population of an end-user application; by default, in the organization. */
  userId?: string | undefined
  identityNonce: string
  country: string
  policyId: string
}

// Access: documented [K34]. `custom` is trimmed at about 1 KB.
const CUSTOM_LIMIT_BYTES = 1024

/**
 * Signs the JWT that identifies a person to the origin: `Cf-Access-Jwt-Assertion`, and the cookie
 * `CF_Authorization` after a browser login.
 *
 * Access: observed [O7, O10]. `aud` is an array, the header has no `typ`, and `nbf` equals `iat`.
 * RS256 is deterministic: equal claims give equal bytes.
 */
export async function signIdentity(claims: IdentityClaims, key: PrivateKey): Promise<string> {
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
    sub: claims.userId ?? (await userIdOf(claims.identity.email)),
    country: claims.country,
    policy_id: claims.policyId,
    ...(custom && { custom }),
    h_INTERNAL_DO_NOT_USE: claims.host,
  }
  return sign(payload, { alg: 'RS256', kid: key.jwk.kid }, key)
}

/**
 * Signs the assertion of a service token.
 *
 * Access: observed [O8, O9]. `aud` is a string, `sub` is empty, and the header has `typ`. `email`, `nbf`
 * and `identity_nonce` are absent. It expires one second after the session.
 */
export async function signService(
  claims: CommonClaims & { commonName: string },
  key: PrivateKey,
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
  key: PrivateKey,
): Promise<string> {
  return new SignJWT(payload).setProtectedHeader(header).sign(await importJWK(key.jwk, 'RS256'))
}

// Returns the claims that fit into the limit, in their order.
function customOf(claims: Record<string, unknown>): Record<string, unknown> | undefined {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(claims)) {
    const bytes = new TextEncoder().encode(JSON.stringify({ ...kept, [name]: value }))
    if (bytes.length <= CUSTOM_LIMIT_BYTES) kept[name] = value
  }
  return Object.keys(kept).length ? kept : undefined
}
