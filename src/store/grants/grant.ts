import * as z from 'zod'
import { identitySchema } from '../../access/identity'
import { secondsSchema } from '../../access/timestamps'
import { LONGEST_ID_BYTES } from '../kv'
import { rows } from '../rows'

// The members of every grant.
const frame = {
  // KV rejects longer keys.
  id: z
    .string()
    .regex(/^[\w-]+$/, 'expected letters, digits, - and _')
    .max(LONGEST_ID_BYTES),
  clientId: z.string(),
  createdAtSeconds: secondsSchema,
  /** The end of the grant's session. No rotation moves it. */
  sessionEndsAtSeconds: secondsSchema,
}

/**
 * A grant of Managed OAuth, which its refresh token represents. Written once, when the person allows
 * the client.
 */
export const accessGrantSchema = z.object({
  ...frame,
  applicationId: z.string(),
  /** The person who allowed the client, as the identity provider described them then. */
  identity: identitySchema,
  identityNonce: z.string(),
  country: z.string(),
  /** The `resource` of the authorization request, normalized. */
  resource: z.string(),
  /** The `scope` of the authorization request. Access ignores it [T4]; the demo's /step-up reads it. */
  scope: z.string().optional(),
})
export type AccessGrant = z.infer<typeof accessGrantSchema>

/** A grant of the dashboard's OAuth server: what a client may do for a person, and on which accounts. */
export const dashboardGrantSchema = z.object({
  ...frame,
  email: z.string(),
  accountIds: z.array(z.string()),
  /** The granted scopes in the order of the request; scopes with a colon as they were requested. */
  scopes: z.array(z.string()),
  /** The `nonce` of the authorization request, for the id_token. */
  nonce: z.string().optional(),
  /** The time of the person's sign-in, for the id_token. */
  authenticatedAtSeconds: secondsSchema,
})
export type DashboardGrant = z.infer<typeof dashboardGrantSchema>

export type Grant = AccessGrant | DashboardGrant

/** An access token: the hash of its secret, and its lifetime. */
export type AccessToken = {
  hash: string
  issuedAtSeconds: number
  expiresAtSeconds: number
  /** The policy that admitted the person; empty at the dashboard, which has no policies. */
  policyId: string
}

/** An authorization code, with the values that its redemption has to match. */
export type Code = {
  hash: string
  /** Undefined if the authorization request has none: then the redemption need not have one either. */
  redirectUri: string | undefined
  codeChallenge: string | undefined
  expiresAtSeconds: number
  policyId: string
  /** The lifetime of the first access token. */
  accessTokenLifetimeSeconds: number
}

/** A grant is new; or it exists, and its code can still be redeemed (`repeated`) or not (`closed`). */
export type OpeningOutcome = 'opened' | 'repeated' | 'closed'

export type Redemption = {
  codeHash: string
  clientId: string
  redirectUri: string | undefined
  codeChallenge: string | undefined
  /** The application that `resource` names, if the request has one. */
  applicationId?: string | undefined
  /** Refuses a valid code with this outcome, and does not use it up (a fault). */
  refuseAs?: 'revoked' | 'expired' | undefined
  accessHash: string
  refreshHash: string | undefined
  now: number
}
export type RedemptionOutcome<G extends Grant = Grant> =
  | { outcome: 'redeemed'; grant: G; token: AccessToken }
  | {
      outcome:
        | 'unknown'
        | 'other-client'
        | 'other-redirect-uri'
        | 'other-verifier'
        /** The authorization request had no challenge. */
        | 'unexpected-verifier'
        | 'other-resource'
        | 'replayed'
        | 'expired'
        | 'revoked'
    }

export type Rotation = {
  refreshHash: string
  /** The text that the successors are derived with, and their hashes. */
  nonce: string
  next: { accessHash: string; refreshHash: string }
  accessTokenLifetimeSeconds: number
  policyId: string
  graceSeconds: number
  onReuse: 'revoke' | 'refuse'
  now: number
}
export type RotationOutcome =
  /** `nonce` is the stored one: that of an earlier request if the token is in its grace window. */
  | { outcome: 'rotated'; nonce: string; token: AccessToken }
  | { outcome: 'unknown' | 'reused' | 'revoked' | 'session-ended' }

/** A refresh token's state, as a rotation would find it. */
export type RefreshTokenStatus = 'good' | Exclude<RotationOutcome['outcome'], 'rotated'>

/** An access token's state now. Some time after a token has ended, it is unknown. */
export type AdmissionOutcome<G extends Grant = Grant> =
  | { outcome: 'admitted'; grant: G; token: AccessToken }
  | { outcome: 'expired' | 'revoked'; grant: G }
  | { outcome: 'unknown' }

/**
 * An `AdmissionOutcome` of the object, without the grant if the caller has it: a grant never
 * changes.
 */
export type Admission =
  | { outcome: 'admitted'; grant: Grant | undefined; token: AccessToken }
  | { outcome: 'expired' | 'revoked'; grant: Grant | undefined }
  | { outcome: 'unknown' }

/** A grant and its stored access tokens, for display. */
export type GrantView<G extends Grant = Grant> = {
  grant: G
  revoked: boolean
  /** `id`: the first characters of the token's hash. */
  tokens: { id: string; issuedAtSeconds: number; expiresAtSeconds: number }[]
}

const accessTokenSchema = z.object({
  hash: z.string(),
  issuedAtSeconds: secondsSchema,
  expiresAtSeconds: secondsSchema,
  policyId: z.string(),
})

/** Returns the schema of everything that is stored about a grant. */
function grantDumpSchemaOf<G extends Grant>(grant: z.ZodType<G>) {
  return z.object({
    state: z.object({
      grant,
      code: z.object({
        hash: z.string(),
        redirectUri: z.string().optional(),
        codeChallenge: z.string().optional(),
        expiresAtSeconds: secondsSchema,
        policyId: z.string(),
        accessTokenLifetimeSeconds: secondsSchema,
        redeemed: z.boolean(),
      }),
      refreshHash: z.string().optional(),
      revoked: z.boolean(),
    }),
    accessTokens: rows(accessTokenSchema, ({ hash }) => hash),
    /** Rotated refresh tokens by their hashes. */
    spent: z.record(
      z.string(),
      z.object({ nonce: z.string(), rotatedAtSeconds: secondsSchema, token: accessTokenSchema }),
    ),
  })
}
export const accessGrantDumpSchema = grantDumpSchemaOf(accessGrantSchema)
export const dashboardGrantDumpSchema = grantDumpSchemaOf(dashboardGrantSchema)
export type GrantDump<G extends Grant = Grant> = {
  state: Omit<z.infer<typeof accessGrantDumpSchema>['state'], 'grant'> & { grant: G }
} & Omit<z.infer<typeof accessGrantDumpSchema>, 'state'>

export type RevocationOutcome = 'revoked' | 'unknown' | 'other-client'
