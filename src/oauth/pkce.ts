import { sha256 } from './encoding'

/** Whether the text has the form of an S256 challenge: 43 base64url characters (RFC 7636 4.2). */
export function isCodeChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** What the form of a verifier has wrong, or undefined where nothing (RFC 7636 4.1). */
export function codeVerifierFault(verifier: string): string | undefined {
  if (/[^\w.~-]/.test(verifier)) return 'has characters that are not unreserved'
  const { length } = verifier
  return length < 43 || length > 128 ? `has ${length} characters, not 43 to 128` : undefined
}

/** The S256 challenge of a verifier: BASE64URL(SHA256(verifier)) (RFC 7636 4.6). */
export function codeChallengeOf(verifier: string): Promise<string> {
  return sha256(verifier)
}
