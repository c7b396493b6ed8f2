import { JOSEError } from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { jwtVerify } from 'jose/jwt/verify'
import * as z from 'zod'
import type { Application } from '../access/application'
import { signIdentity } from '../access/assertion'
import { currentIdentity, type Identity, seededIdentity } from '../access/identity'
import { PEOPLE_PICKER } from '../access/identity-provider'
import { publicKeySet } from '../access/keys'
import { evaluate } from '../access/policy'
import { revocable, sessionIdOf } from '../access/revocation'
import { isGoodNow } from '../access/service-token'
import { appTokenSignIn, isSignInGood } from '../access/sign-in'
import type { AppContext } from '../request/context'
import { reasonFor, whereFrom } from '../request/judge'
import type { Admitted, CredentialRefusal } from './admission'
import { appTokens, isBound } from './app-cookie'

const claimsSchema = z.object({
  type: z.literal('app'),
  sub: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]),
  iat: z.number(),
  exp: z.number(),
  email: z.string().optional(),
  identity_nonce: z.string().optional(),
  common_name: z.string().optional(),
  policy_id: z.string().optional(),
  country: z.string().optional(),
  custom: z.record(z.string(), z.unknown()).optional(),
})
export type AppToken = z.infer<typeof claimsSchema>

/**
 * Admits by one of Access's own JWTs, or returns why not; undefined without one. The JWT is the
 * cookie of a browser or service login, the same in a header [O14], or the token of another
 * application that a policy is linked to [K14]. In `Authorization` it is not accepted [O15].
 */
export async function byAppToken(
  c: AppContext,
  application: Application,
): Promise<Admitted | CredentialRefusal | undefined> {
  const cookies = c.req.header('cookie')
  const candidates = [
    ...appTokens(cookies),
    c.req.header('cf-access-token'),
    c.req.header('cf-access-jwt-assertion'),
  ]
  for (const token of candidates) {
    const claims = token && (await readAppToken(c, token))
    if (!claims) continue
    if (applicationOf(c, claims)?.id !== application.id) {
      const linked = await byLinkedApplication(c, application, claims)
      if (linked) return linked
    } else if (isGoodFor(c, application, claims)) {
      // Access: observed [O21]. Assumed: in a header as well.
      const { enable_binding_cookie: needsBinding } = application
      if (needsBinding && !(await isBound(cookies, token, c.get('ticketSecret')))) return NOT_BOUND
      return {
        event: { by: 'application-token', rule: 'O14', email: claims.email, why: VALID },
        admission: { assertion: token, identity: await identityOf(c, claims) },
      }
    }
  }
  return candidates.some(Boolean) ? NOT_VALID : undefined
}

const VALID = "Access's own JWT for this application is valid."
const NOT_VALID = {
  credential: 'application-token',
  rule: 'O14',
  why: "Access's own JWT was sent, but it has expired, was revoked, was not signed here, or is for another application.",
  change:
    'Log in again. To accept the JWT of another application, add a policy with linked_app_token.',
} as const satisfies CredentialRefusal

const NOT_BOUND = {
  credential: 'application-token',
  rule: 'O21',
  why: 'CF_Authorization was sent without its CF_Binding: the token was copied, or the application turned enable_binding_cookie on after the login.',
  change: 'Log in again in this browser, or turn enable_binding_cookie off.',
} as const satisfies CredentialRefusal

// Returns the identity of the token's session. If the session does not exist, the token's own.
async function identityOf(c: AppContext, claims: AppToken): Promise<Identity | undefined> {
  if (claims.email === undefined) return undefined
  const session = await c.get('stores').sessions.find(sessionIdOf(claims.identity_nonce ?? ''))
  const known = session?.identity ?? seededIdentity([], claims.email, PEOPLE_PICKER)
  return currentIdentity(c.get('settings').PEOPLE, known)
}

/** Reads the claims of a JWT. Returns undefined if this team did not sign it, or it has expired. */
export async function readAppToken(c: AppContext, token: string): Promise<AppToken | undefined> {
  const { emulator, now, team } = c.var
  // RFC 7515 2: base64url without padding, which the library would ignore.
  if (token.includes('=')) return undefined
  try {
    const keys = createLocalJWKSet(publicKeySet(await emulator.keys()))
    const { payload } = await jwtVerify(token, keys, {
      algorithms: ['RS256'],
      issuer: team.origin,
      currentDate: new Date(now * 1000),
    })
    return claimsSchema.parse(payload)
  } catch (error) {
    if (error instanceof JOSEError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** Finds the application that a token is for. */
export function applicationOf(c: AppContext, claims: AppToken): Application | undefined {
  return c.get('configuration').applications.find(({ aud }) => [claims.aud].flat().includes(aud))
}

/** Returns whether the application accepts a token with these claims now. */
export function isGoodFor(c: AppContext, application: Application, claims: AppToken): boolean {
  const { configuration, now, state } = c.var
  if (claims.email !== undefined) {
    const signIn = appTokenSignIn(application.id, claims.email, claims.identity_nonce ?? '')
    // Access: observed [O14]. A person's token is accepted only if there is an Allow policy.
    const isForPersons = application.policies.some(({ decision }) => decision === 'allow')
    return isForPersons && isSignInGood(state, signIn)
  }
  const token = configuration.serviceTokens.find((each) => each.client_id === claims.common_name)
  const revokedAt = state.revocations.entries[revocable.application(application.id)]?.atSeconds
  if (!token || !isGoodNow(token, now)) return false
  if (revokedAt !== undefined && claims.iat <= revokedAt) return false
  const serviceToken = { id: token.id, name: token.name, commonName: token.client_id }
  const subject = { serviceToken, ...whereFrom(c) }
  return (
    evaluate(application.policies, subject, configuration.references).decision === 'non_identity'
  )
}

// Access: reported [K14], `linked_app_token`. Assumed: the second origin receives the person of the
// forwarded token, in an assertion for the second application that expires with the first.
async function byLinkedApplication(
  c: AppContext,
  application: Application,
  claims: AppToken,
): Promise<Admitted | undefined> {
  const { configuration, emulator, now, team, url } = c.var
  const from = applicationOf(c, claims)
  if (!from || claims.email === undefined || !isGoodFor(c, from, claims)) return undefined
  const subject = { linkedApplicationId: from.id, ...whereFrom(c) }
  const verdict = evaluate(application.policies, subject, configuration.references)
  if (verdict.decision !== 'non_identity') return undefined
  const { email } = claims
  const { rule, why, change } = reasonFor(c, application, subject, verdict)
  const assertion = await signIdentity(
    {
      issuer: team.origin,
      audience: application.aud,
      identity: { email, claims: claims.custom ?? {} },
      identityNonce: claims.identity_nonce ?? '',
      country: claims.country ?? 'XX',
      policyId: verdict.policy.id,
      host: url.host,
      issuedAtSeconds: now,
      expiresAtSeconds: claims.exp,
    },
    await emulator.signingKey(),
  )
  return {
    event: { by: 'application-token', email, rule, why, change },
    admission: { assertion, identity: await identityOf(c, claims) },
  }
}
