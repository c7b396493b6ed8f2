import { z } from 'zod'
import { identitySchema } from '../access/identity'

/** What a refresh token stands for. Written once, when a person allows a client. */
export const grantSchema = z.object({
  id: z.string(),
  clientId: z.string(),
  applicationId: z.string(),
  /** Who allowed the client, as the identity provider told it then. */
  identity: identitySchema,
  identityNonce: z.string(),
  country: z.string(),
  /** The `resource` of the authorization request, normalised. */
  resource: z.string(),
  createdAtSeconds: z.number(),
  /** The end of the grant's session. No rotation moves it. */
  sessionEndsAtSeconds: z.number(),
})
export type Grant = z.infer<typeof grantSchema>

/** A new access token: the hash of its secret, its life, and the policy that admitted the person. */
export type AccessToken = {
  hash: string
  issuedAtSeconds: number
  expiresAtSeconds: number
  policyId: string
}

/** An authorization code, and what its redemption has to show. */
export type Code = {
  hash: string
  redirectUri: string
  codeChallenge: string | undefined
  expiresAtSeconds: number
  policyId: string
  /** How long the first access token lives. */
  accessTokenLifetimeSeconds: number
}

export type Redemption = {
  codeHash: string
  clientId: string
  redirectUri: string
  codeChallenge: string | undefined
  /** The application that `resource` names, where the request has one. */
  applicationId: string | undefined
  accessHash: string
  refreshHash: string | undefined
  now: number
}
export type RedemptionOutcome =
  | { outcome: 'redeemed'; grant: Grant; token: AccessToken }
  | {
      outcome:
        | 'unknown'
        | 'other client'
        | 'other redirect_uri'
        | 'other verifier'
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

export type RevocationOutcome = 'revoked' | 'unknown' | 'other client'
