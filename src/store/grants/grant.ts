import * as z from 'zod'
import { identitySchema } from '../../access/identity'
import { secondsSchema } from '../../access/timestamps'
import { rows } from '../rows'

// What every grant has, whatever it permits.
const frame = {
  id: z.string(),
  clientId: z.string(),
  createdAtSeconds: secondsSchema,
  /** The end of the grant's session. No rotation moves it. */
  sessionEndsAtSeconds: secondsSchema,
}

/** A grant of Managed OAuth: what a refresh token stands for. Written once, when a person allows a client. */
export const accessGrantSchema = z.object({
  ...frame,
  applicationId: z.string(),
  /** Who allowed the client, as the identity provider told it then. */
  identity: identitySchema,
  identityNonce: z.string(),
  country: z.string(),
  /** The `resource` of the authorization request, normalised. */
  resource: z.string(),
})
export type AccessGrant = z.infer<typeof accessGrantSchema>

/** A grant of the dashboard's OAuth server: what a person lets a client do, and on which accounts. */
export const dashboardGrantSchema = z.object({
  ...frame,
  email: z.string(),
  accountIds: z.array(z.string()),
  /** What was granted, in the order of the request; colon scopes as they were asked for. */
  scopes: z.array(z.string()),
  /** Of the authorization request, for the id_token. */
  nonce: z.string().optional(),
  /** When the person signed in, for the id_token. */
  authenticatedAtSeconds: secondsSchema,
})
export type DashboardGrant = z.infer<typeof dashboardGrantSchema>

export type Grant = AccessGrant | DashboardGrant

/** A new access token: the hash of its secret, and its life. */
export type AccessToken = {
  hash: string
  issuedAtSeconds: number
  expiresAtSeconds: number
  /** The policy that admitted the person; empty where no policies are asked, at the dashboard. */
  policyId: string
}

/** An authorization code, and what its redemption has to show. */
export type Code = {
  hash: string
  /** Undefined where the request left it out: then its redemption need not name one. */
  redirectUri: string | undefined
  codeChallenge: string | undefined
  expiresAtSeconds: number
  policyId: string
  /** How long the first access token lives. */
  accessTokenLifetimeSeconds: number
}

export type Redemption = {
  codeHash: string
  clientId: string
  redirectUri: string | undefined
  codeChallenge: string | undefined
  /** The application that `resource` names, where the request has one. */
  applicationId?: string | undefined
  /** Refuses a code that is good with this outcome, and leaves it as it was. */
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
        | 'other client'
        | 'other redirect_uri'
        | 'other verifier'
        /** The authorization request had no challenge. */
        | 'unexpected verifier'
        | 'other resource'
        | 'replayed'
        | 'expired'
        | 'revoked'
    }

export type Rotation = {
  refreshHash: string
  /** What the successors are derived with, and their hashes. */
  nonce: string
  next: { accessHash: string; refreshHash: string }
  accessTokenLifetimeSeconds: number
  policyId: string
  graceSeconds: number
  onReuse: 'revoke' | 'refuse'
  now: number
}
export type RotationOutcome =
  /** `nonce` is the stored one: another's, where the token was rotated within the grace window. */
  | { outcome: 'rotated'; nonce: string; token: AccessToken }
  | { outcome: 'unknown' | 'reused' | 'revoked' | 'session ended' }

/** What a rotation would make of a refresh token. */
export type RefreshTokenWorth = 'good' | Exclude<RotationOutcome['outcome'], 'rotated'>

/** What an access token is worth now, and why it is not, as long as that is remembered. */
export type AdmissionOutcome<G extends Grant = Grant> =
  | { outcome: 'admitted'; grant: G; token: AccessToken }
  | { outcome: 'expired' | 'revoked'; grant: G }
  | { outcome: 'unknown' }

/** The same as its object answers it, without the grant where the caller has it: it never changes. */
export type Admission =
  | { outcome: 'admitted'; grant: Grant | undefined; token: AccessToken }
  | { outcome: 'expired' | 'revoked'; grant: Grant | undefined }
  | { outcome: 'unknown' }

/** A grant and its tokens that are not over, for people to look at. */
export type GrantView<G extends Grant = Grant> = {
  grant: G
  revoked: boolean
  /** By the first characters of their hashes. */
  tokens: { id: string; issuedAtSeconds: number; expiresAtSeconds: number }[]
}

const accessTokenSchema = z.object({
  hash: z.string(),
  issuedAtSeconds: secondsSchema,
  expiresAtSeconds: secondsSchema,
  policyId: z.string(),
})

/** Everything that is kept of a grant of one product. */
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

export type RevocationOutcome = 'revoked' | 'unknown' | 'other client'
