import { sha256Hex } from '../../oauth/encoding'

/** How the host of a client's `client_uri` is proved to be its publisher's (section A.4). */
export type ClientUriVerification = {
  status: 'pending' | 'in_progress' | 'verified' | 'failed'
  /** The TXT record that has to be on the host, exactly. */
  text: string
  startedAtSeconds: number
}

// Documented. Cloudflare looks for the record for two days.
const PATIENCE_SECONDS = 2 * 86_400

/** A verification from its start; the text is always the same for a client and a host. */
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
 * What a `client_uri` of a PATCH makes of the verification: another host starts a new one, the same
 * URI again restarts one that is not done.
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
  const goesOn = verification?.status === 'verified' || verification?.status === 'in_progress'
  return isSameHost && verification && goesOn
    ? verification
    : startVerification(clientId, clientUri, now)
}

/** Whether it is still looked for. */
export function isUnderWay(verification: ClientUriVerification | undefined): boolean {
  return verification?.status === 'pending' || verification?.status === 'in_progress'
}

/** The verification after a look at the TXT records of the host. */
export function verificationWith(
  verification: ClientUriVerification,
  records: readonly string[],
  now: number,
): ClientUriVerification {
  if (records.includes(verification.text)) return { ...verification, status: 'verified' }
  const isOver = now >= verification.startedAtSeconds + PATIENCE_SECONDS
  return { ...verification, status: isOver ? 'failed' : 'in_progress' }
}
