import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'

/** What an origin knows of the Access in front of it. */
export type KnownAccess = {
  issuer: string
  /** The application's `aud`; undefined where no application covers the URL. */
  audience: string | undefined
  /** What `/cdn-cgi/access/certs` publishes. */
  keySet: JSONWebKeySet
  /** Seconds, of the emulated clock. */
  now: number
}

export type AccessClaims = JWTPayload & { email?: string }

/** The claims of an assertion, or undefined where it is missing or not good. */
export async function verifyAssertion(
  assertion: string | undefined,
  { issuer, audience, keySet, now }: KnownAccess,
): Promise<AccessClaims | undefined> {
  if (!assertion || !audience) return undefined
  try {
    const { payload } = await jwtVerify<AccessClaims>(assertion, createLocalJWKSet(keySet), {
      algorithms: ['RS256'],
      issuer,
      audience,
      currentDate: new Date(now * 1000),
    })
    return payload
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined
    throw error
  }
}
