import { sha256 } from './encoding'

/** Returns whether the text has the form of an S256 challenge: 43 base64url characters (RFC 7636 4.2). */
export function isCodeChallenge(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** Returns what is wrong with the form of a verifier, or undefined if it is valid (RFC 7636 4.1). */
export function codeVerifierProblem(verifier: string): string | undefined {
  if (/[^\w.~-]/.test(verifier)) return 'contains characters other than A-Z a-z 0-9 - . _ ~'
  const { length } = verifier
  return length < 43 || length > 128 ? `has ${length} characters, expected 43 to 128` : undefined
}

/** Computes the S256 challenge of a verifier: BASE64URL(SHA256(verifier)) (RFC 7636 4.6). */
export function codeChallengeOf(verifier: string): Promise<string> {
  return sha256(verifier)
}
