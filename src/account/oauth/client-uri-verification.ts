import { sha256Hex } from '../../oauth/encoding'

/** The verification that the host of `client_uri` is the publisher's. API: documented [C10]. */
export type ClientUriVerification = {
  status: 'pending' | 'in_progress' | 'verified' | 'failed'
  /** The exact text of the TXT record that the host has to have. */
  text: string
  startedAtSeconds: number
}

// API: documented [C10]. Cloudflare looks for the record for two days.
const TIMEOUT_SECONDS = 2 * 86_400

/** Starts a verification. The text is derived from the client and the host. */
export async function startVerification(
  clientId: string,
  clientUri: string,
  now: number,
): Promise<ClientUriVerification> {
  const code = (await sha256Hex(`${clientId}:${new URL(clientUri).hostname}`)).slice(0, 32)
  return {
    status: 'pending',
    text: `cloudflare_oauth_client_publisher=${code}`,
    startedAtSeconds: now,
  }
}

/**
 * Returns the verification after a PATCH with a `client_uri`. Another host starts a new one. The same
 * host restarts one that is pending or failed.
 *
 * API: documented [C10].
 */
export async function verificationAfter(
  clientId: string,
  before: { uri: string | undefined; verification: ClientUriVerification | undefined },
  clientUri: string,
  now: number,
): Promise<ClientUriVerification> {
  const isSameHost =
    before.uri !== undefined && new URL(before.uri).hostname === new URL(clientUri).hostname
  const { verification } = before
  const continues = verification?.status === 'verified' || verification?.status === 'in_progress'
  return isSameHost && verification && continues
    ? verification
    : startVerification(clientId, clientUri, now)
}

/** Returns whether the TXT record is still looked for. */
export function isUnderWay(verification: ClientUriVerification | undefined): boolean {
  return verification?.status === 'pending' || verification?.status === 'in_progress'
}

/** Returns the verification after a look-up of the host's TXT records. */
export function verificationWith(
  verification: ClientUriVerification,
  records: readonly string[],
  now: number,
): ClientUriVerification {
  if (records.includes(verification.text)) return { ...verification, status: 'verified' }
  const isTimedOut = now >= verification.startedAtSeconds + TIMEOUT_SECONDS
  return { ...verification, status: isTimedOut ? 'failed' : 'in_progress' }
}
