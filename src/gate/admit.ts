import { getCookie } from 'hono/cookie'
import { createLocalJWKSet, errors, jwtVerify } from 'jose'
import { z } from 'zod'
import { type Application, managedOAuth } from '../access/application'
import { signIdentity } from '../access/assertion'
import { userIdOf } from '../access/identity'
import { publicKeySet } from '../access/keys'
import { TOKEN_PREFIX } from '../access/token'
import type { AppContext } from '../env'
import { bearerToken } from '../oauth/bearer'
import type { AccessToken, Grant } from '../store/grant'

/** Who is let in, and by what. */
export type Admission = {
  assertion: string
  email: string
  /** Whether `Authorization` was the credential: then it does not reach the origin [O2]. */
  byAuthorization: boolean
}

export const APP_TOKEN_COOKIE = 'CF_Authorization'

/**
 * Who is let in to the application with this request, or undefined where nobody is.
 *
 * @see facts, section 6.1
 */
export async function admit(
  c: AppContext,
  application: Application,
): Promise<Admission | undefined> {
  return (await byAccessToken(c, application)) ?? (await byAppToken(c, application))
}

async function byAccessToken(
  c: AppContext,
  application: Application,
): Promise<Admission | undefined> {
  const token = bearerToken(c.req.header('authorization'))
  if (!token?.startsWith(TOKEN_PREFIX) || !managedOAuth(application)) return undefined
  const admitted = await c.var.stores.grants.admit(token, c.var.now)
  // Assumed [T20]: the token of another application is as good as none.
  if (admitted?.grant.applicationId !== application.id) return undefined
  return {
    assertion: await assertionOf(c, application, admitted.grant, admitted.token),
    email: admitted.grant.email,
    byAuthorization: true,
  }
}

// Signing costs more than all the rest of the gate, so it is done once per access token. The
// claims are those of the token, so that another isolate signs the very same bytes.
const assertions = new Map<string, Promise<string>>()
const ASSERTIONS_REMEMBERED = 10_000

function assertionOf(
  c: AppContext,
  application: Application,
  grant: Grant,
  token: AccessToken,
): Promise<string> {
  const { team, url } = c.var
  const key = `${token.hash} ${team.origin} ${url.host}`
  const known = assertions.get(key)
  if (known) return known
  if (assertions.size >= ASSERTIONS_REMEMBERED) assertions.clear()
  const assertion = signAssertion(c, application, grant, token)
  assertions.set(key, assertion)
  assertion.catch(() => assertions.delete(key))
  return assertion
}

async function signAssertion(
  c: AppContext,
  application: Application,
  grant: Grant,
  token: AccessToken,
): Promise<string> {
  const { emulator, team, url } = c.var
  return signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      email: grant.email,
      userId: await userIdOf(grant.email),
      identityNonce: grant.identityNonce,
      country: grant.country,
      policyId: token.policyId,
      host: url.host,
      issuedAtSeconds: token.issuedAtSeconds,
      // Assumed: the assertion of a Managed OAuth request lives as long as its access token.
      expiresAtSeconds: token.expiresAtSeconds,
    },
    await emulator.signingKey(),
  )
}

const appTokenSchema = z.object({ email: z.string(), type: z.literal('app') })

/**
 * The token of a browser login, in the cookie or replayed in a header [O14]. In `Authorization` it
 * admits nobody [O15].
 */
async function byAppToken(c: AppContext, application: Application): Promise<Admission | undefined> {
  const candidates = [
    getCookie(c, APP_TOKEN_COOKIE),
    c.req.header('cf-access-token'),
    c.req.header('cf-access-jwt-assertion'),
  ]
  for (const token of candidates) {
    const email = token && (await verifyAppToken(c, application, token))
    if (email) return { assertion: token, email, byAuthorization: false }
  }
  return undefined
}

async function verifyAppToken(
  c: AppContext,
  application: Application,
  token: string,
): Promise<string | undefined> {
  const { emulator, now, team } = c.var
  try {
    const { payload } = await jwtVerify(
      token,
      createLocalJWKSet(publicKeySet(await emulator.keys())),
      {
        algorithms: ['RS256'],
        issuer: team.origin,
        audience: application.aud,
        currentDate: new Date(now * 1000),
        requiredClaims: ['exp'],
      },
    )
    return appTokenSchema.parse(payload).email
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return undefined
    throw error
  }
}
