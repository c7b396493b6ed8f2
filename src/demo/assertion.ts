import type { JWTPayload, JWTVerifyGetKey } from 'jose'
import { JOSEError } from 'jose/errors'
import { jwtVerify } from 'jose/jwt/verify'

/** The Access configuration of an origin, as the emulator tells the demo. */
export type KnownAccess = {
  issuer: string
  /** The application's `aud`; undefined if no application covers the URL. */
  audience: string | undefined
  /** Returns the key of `/cdn-cgi/access/certs` that an assertion names. */
  keyFor: JWTVerifyGetKey
  /** The emulated time, in seconds. */
  now: number
  /** The scope that the client requested at authorization; for `/step-up` alone. */
  requestedScope: string
}

export type AccessClaims = JWTPayload & { email?: string }

/** The environment of the demo's requests. The claims are set once the assertion is verified. */
export type DemoEnv = { Bindings: KnownAccess; Variables: { claims: AccessClaims } }

/** Verifies an assertion and returns its claims; undefined if it is missing or not valid. */
export async function verifyAssertion(
  assertion: string | undefined,
  { issuer, audience, keyFor, now }: Omit<KnownAccess, 'requestedScope'>,
): Promise<AccessClaims | undefined> {
  if (!assertion || !audience) return undefined
  try {
    const { payload } = await jwtVerify<AccessClaims>(assertion, keyFor, {
      algorithms: ['RS256'],
      issuer,
      audience,
      currentDate: new Date(now * 1000),
    })
    return payload
  } catch (error) {
    if (error instanceof JOSEError) return undefined
    throw error
  }
}
