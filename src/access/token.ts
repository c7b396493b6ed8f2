import { base64url, randomText, sha256 } from '../oauth/encoding'

/**
 * What stands behind an authorization code or a token: the grant it belongs to, so that the right
 * Durable Object is addressed without a lookup, and a secret that only its hash is kept of.
 */
export type Credential = { grantId: string; secret: string }

// Access: observed [T2]. A refresh token is 71 characters: `oauth:` and 65, here 22 (128 bits: the
// grant) and 43 (256 bits: the secret). Assumed: access tokens and codes have the same 65.
const GRANT_ID_LENGTH = 22
const FORM = /^[A-Za-z0-9_-]{65}$/
export const TOKEN_PREFIX = 'oauth:'

export function newGrantId(): string {
  return randomText(16)
}

export function newSecret(): string {
  return randomText(32)
}

/** The authorization code: opaque, 65 characters. */
export function formatCode({ grantId, secret }: Credential): string {
  return grantId + secret
}

/** The credential in a code, or undefined where the text has not a code's form [T7]. */
export function parseCode(code: string): Credential | undefined {
  if (!FORM.test(code)) return undefined
  return { grantId: code.slice(0, GRANT_ID_LENGTH), secret: code.slice(GRANT_ID_LENGTH) }
}

/** An access or refresh token: `oauth:` and 65 characters [T2]. */
export function formatToken(credential: Credential): string {
  return TOKEN_PREFIX + formatCode(credential)
}

/** The credential in an access or refresh token, or undefined where the text is none of ours. */
export function parseToken(token: string): Credential | undefined {
  return token.startsWith(TOKEN_PREFIX) ? parseCode(token.slice(TOKEN_PREFIX.length)) : undefined
}

/** How a product writes a credential, and reads it. */
export type CredentialForm = {
  format(credential: Credential): string
  /** Undefined where the text is none of this form. */
  parse(text: string): Credential | undefined
}

/** The three credentials that a product hands out. */
export type CredentialForms = Record<'code' | 'access' | 'refresh', CredentialForm>

/** Those of Managed OAuth: both tokens look the same. */
export const MANAGED_OAUTH_FORMS: CredentialForms = {
  code: { format: formatCode, parse: parseCode },
  access: { format: formatToken, parse: parseToken },
  refresh: { format: formatToken, parse: parseToken },
}

/** What is stored of a secret. */
export function hashSecret(secret: string): Promise<string> {
  return sha256(secret)
}

/**
 * The secrets of the pair that follows a refresh token.
 *
 * They follow from the presented secret and a nonce. The nonce is stored and the secret is not, so
 * whoever reads the storage cannot make them, and whoever presents the same token again within the
 * grace window is answered with the very same pair.
 */
export async function successorSecrets(
  secret: string,
  nonce: string,
): Promise<{ access: string; refresh: string }> {
  return {
    access: await deriveSecret(secret, `access:${nonce}`),
    refresh: await deriveSecret(secret, `refresh:${nonce}`),
  }
}

/** A secret that follows from another and a purpose: HMAC-SHA-256, 43 characters. */
export async function deriveSecret(secret: string, purpose: string): Promise<string> {
  const encoder = new TextEncoder()
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  return base64url(await crypto.subtle.sign('HMAC', key, encoder.encode(purpose)))
}
