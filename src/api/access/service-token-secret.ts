import { wholeSeconds } from '../../access/duration'
import type { ServiceToken } from '../../access/service-token'
import { formatTime } from '../../access/timestamps'
import { randomText, sha256 } from '../../oauth/encoding'

/**
 * A new secret, and what is kept of it. Like Access's (`cfast_`, 40 characters, 8 of a checksum) and
 * obviously none: scanners of secrets act on the real form.
 */
export async function newSecret(): Promise<{ secret: string; secretHash: string }> {
  const secret = `cfast_emulated_${randomText(25)}`
  return { secret, secretHash: await sha256(secret) }
}

/** When a token of this duration is over; never for `forever`. */
export function expiryOf(duration: string, now: number): string | undefined {
  return duration === 'forever' ? undefined : formatTime(now + wholeSeconds(duration))
}

/**
 * The token with a new secret. The old one is good until `previousExpiresAt`; it ends now where that
 * is left out.
 *
 * Access: documented (C.4).
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
