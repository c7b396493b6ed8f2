import { createLocalJWKSet, errors, importJWK, jwtVerify, SignJWT } from 'jose'
import { publicKeySet, type SigningKey } from '../../access/keys'
import { base64url } from '../../oauth/encoding'

/** How long an id_token is good, in seconds. Assumed: the engine's default. */
const ID_TOKEN_LIFETIME_SECONDS = 3600

/** What an id_token says. */
type IdTokenClaims = {
  issuer: string
  clientId: string
  /** The person's id. */
  subject: string
  authenticatedAtSeconds: number
  /** Of the authorization request, where it had one. */
  nonce: string | undefined
  /** The access token of the same answer. */
  accessToken: string
}

/**
 * The id_token of a token answer (OpenID Connect Core 2 and 3.1.3.6), signed with RS256.
 *
 * Assumed: which claims beside the required ones; there is no e-mail address, as in userinfo.
 */
export async function signIdToken(
  claims: IdTokenClaims,
  key: SigningKey,
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

/** The client that an id_token of ours was made for, however old it is; undefined for any other text. */
export async function clientOfIdToken(
  idToken: string,
  issuer: string,
  keys: readonly SigningKey[],
): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(idToken, createLocalJWKSet(publicKeySet(keys)), {
      issuer,
      algorithms: ['RS256'],
      // A hint at a logout may be over (OpenID Connect RP-Initiated Logout 2).
      clockTolerance: Number.MAX_SAFE_INTEGER,
    })
    return [payload.aud].flat()[0]
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}

// The left half of the SHA-256 (OpenID Connect Core 3.1.3.6).
async function accessTokenHash(accessToken: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(accessToken))
  return base64url(digest.slice(0, 16))
}
