import type { AccessToken, Grant, Redemption, RefreshTokenStatus, Rotation } from './grant'
import type { GrantTables, Spent, State } from './tables'

/** A grant of the current epoch, with the tables that it is in. */
export type Found = { tables: GrantTables; state: State }

/** A refresh token in a request. */
export type ShownRefreshToken = Pick<Rotation, 'refreshHash' | 'graceSeconds' | 'now'>

/** Returns the status of a refresh token; `spent` if it was rotated before. */
export function judgeRefreshToken(
  found: Found | undefined,
  { refreshHash, graceSeconds, now }: ShownRefreshToken,
): { status: RefreshTokenStatus; spent?: Spent | undefined } {
  if (!found) return { status: 'unknown' }
  const { state, tables } = found
  const isCurrent = state.refreshHash === refreshHash
  const spent = isCurrent ? undefined : tables.spent(state.grant.id, refreshHash)
  if (!isCurrent && !spent) return { status: 'unknown' }
  if (state.revoked) return { status: 'revoked', spent }
  const hasEnded = now >= state.grant.sessionEndsAtSeconds
  if (hasEnded) return { status: 'session-ended', spent }
  const isReused = spent !== undefined && now >= spent.rotatedAtSeconds + graceSeconds
  return { status: isReused ? 'reused' : 'good', spent }
}

/** Returns the first value of a redemption that differs from those of the code; undefined if none does. */
export function redemptionMismatch({ code, grant }: State, redemption: Redemption) {
  if (grant.clientId !== redemption.clientId) return 'other-client'
  if (code.redirectUri !== undefined && code.redirectUri !== redemption.redirectUri) {
    return 'other-redirect-uri'
  }
  if (code.codeChallenge !== redemption.codeChallenge) {
    return code.codeChallenge ? 'other-verifier' : 'unexpected-verifier'
  }
  const { applicationId } = redemption
  const isOther = applicationId && 'applicationId' in grant && applicationId !== grant.applicationId
  return isOther ? 'other-resource' : undefined
}

/** Returns a new access token. Assumed: it never outlives the grant's session. */
export function newAccessToken(
  grant: Grant,
  hash: string,
  policyId: string,
  lifetimeSeconds: number,
  now: number,
): AccessToken {
  return {
    hash,
    policyId,
    issuedAtSeconds: now,
    expiresAtSeconds: Math.min(now + lifetimeSeconds, grant.sessionEndsAtSeconds),
  }
}
