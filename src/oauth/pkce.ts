import { sha256 } from './encoding'

/** Whether the text has the form of an S256 challenge: 43 base64url characters (RFC 7636 4.2). */
export function isCodeChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** The S256 challenge of a verifier: BASE64URL(SHA256(verifier)) (RFC 7636 4.6). */
export function codeChallengeOf(verifier: string): Promise<string> {
  return sha256(verifier)
}
