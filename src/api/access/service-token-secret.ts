import { wholeSeconds } from '../../access/duration'
import type { ServiceToken } from '../../access/service-token'
import { formatTime } from '../../access/timestamps'
import { randomText, sha256 } from '../../oauth/encoding'

/**
 * Returns a new secret, and the hash that is stored of it.
 *
 * Access: documented [K28]. Not like Access: the form is recognizably emulated, because secret
 * scanners act on the real one.
 */
export async function newSecret(): Promise<{ secret: string; secretHash: string }> {
  const secret = `cfast_emulated_${randomText(25)}`
  return { secret, secretHash: await sha256(secret) }
}

/** Returns when a token of this duration expires, or undefined for `forever`. */
export function expiryOf(duration: string, now: number): string | undefined {
  return duration === 'forever' ? undefined : formatTime(now + wholeSeconds(duration))
}

/**
 * Returns the token with a new secret. The old secret is valid until `previousExpiresAt`; without
 * that it ends now.
 *
 * Access: documented [K15].
 */
export async function rotated(
  token: ServiceToken,
  previousExpiresAt: string | undefined,
): Promise<{ token: ServiceToken; secret: string }> {
  const { secret, secretHash } = await newSecret()
  const previous = previousExpiresAt && {
    secretHash: token.secretHash,
    expires_at: previousExpiresAt,
  }
  return {
    secret,
    token: {
      ...token,
      secretHash,
      previous: previous || undefined,
      client_secret_version: token.client_secret_version + 1,
    },
  }
}
