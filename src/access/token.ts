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
const TOKEN_PREFIX = 'oauth:'

export function newGrantId(): string {
  return randomText(16)
}

export function newSecret(): string {
  return randomText(32)
}

/** How a product writes a credential, and reads it. */
export type CredentialForm = {
  format(credential: Credential): string
  /** Undefined where the text is none of this form. */
  parse(text: string): Credential | undefined
}

/** The three credentials that a product hands out. */
export type CredentialForms = Record<'code' | 'access' | 'refresh', CredentialForm>

// Opaque, 65 characters [T7].
const CODE: CredentialForm = {
  format: ({ grantId, secret }) => grantId + secret,
  parse(text) {
    if (!FORM.test(text)) return undefined
    return { grantId: text.slice(0, GRANT_ID_LENGTH), secret: text.slice(GRANT_ID_LENGTH) }
  },
}

// `oauth:` and 65 characters [T2].
const TOKEN: CredentialForm = {
  format: (credential) => TOKEN_PREFIX + CODE.format(credential),
  parse: (text) =>
    isManagedOAuthToken(text) ? CODE.parse(text.slice(TOKEN_PREFIX.length)) : undefined,
}

/** The codes and tokens of Managed OAuth: both tokens look the same. */
export const MANAGED_OAUTH_FORMS: CredentialForms = { code: CODE, access: TOKEN, refresh: TOKEN }

/** Whether a bearer token says of itself that it is one of Managed OAuth. */
export function isManagedOAuthToken(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX)
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
