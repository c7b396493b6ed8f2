import { JOSEError } from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import { importJWK } from 'jose/key/import'
import { type PrivateKey, publicKeySet, type SigningKey } from '../../access/keys'
import { base64url } from '../../oauth/encoding'

// Assumed: the default of the engine.
const ID_TOKEN_LIFETIME_SECONDS = 3600

/** The claims of an id_token. */
type IdTokenClaims = {
  issuer: string
  clientId: string
  /** The id of the person. */
  subject: string
  authenticatedAtSeconds: number
  /** The nonce of the authorization request, if it had one. */
  nonce: string | undefined
  /** The access token of the same response. */
  accessToken: string
}

/**
 * Signs the id_token of a token response (OpenID Connect Core 2 and 3.1.3.6) with RS256.
 *
 * Dashboard: documented [D25]. Assumed: the optional claims. As in userinfo, there is no e-mail address.
 */
export async function signIdToken(
  claims: IdTokenClaims,
  key: PrivateKey,
  now: number,
): Promise<string> {
  const { issuer, clientId, subject, authenticatedAtSeconds, nonce, accessToken } = claims
  return new SignJWT({
    at_hash: await accessTokenHash(accessToken),
    auth_time: authenticatedAtSeconds,
    ...(nonce !== undefined && { nonce }),
  })
    .setProtectedHeader({ alg: 'RS256', kid: key.jwk.kid, typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience([clientId])
    .setIssuedAt(now)
    .setExpirationTime(now + ID_TOKEN_LIFETIME_SECONDS)
    .setJti(crypto.randomUUID())
    .sign(await importJWK(key.jwk, 'RS256'))
}

/** Returns the client that an id_token was issued to, expired or not; undefined if it is not one of ours. */
export async function clientOfIdToken(
  idToken: string,
  issuer: string,
  keys: readonly SigningKey[],
): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(idToken, createLocalJWKSet(publicKeySet(keys)), {
      issuer,
      algorithms: ['RS256'],
      // The id_token_hint of a logout may have expired (OpenID Connect RP-Initiated Logout 2).
      clockTolerance: Number.MAX_SAFE_INTEGER,
    })
    return [payload.aud].flat()[0]
  } catch (error) {
    if (error instanceof JOSEError) return undefined
    throw error
  }
}

// OpenID Connect Core 3.1.3.6: the left half of the SHA-256.
async function accessTokenHash(accessToken: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
  return base64url(digest.slice(0, 16))
}
