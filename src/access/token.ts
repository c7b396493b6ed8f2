import { base64url, randomText, sha256 } from '../oauth/encoding'

/**
 * The content of an authorization code or a token: the id of its grant, which addresses the Durable
 * Object without a lookup, and a secret, of which only the hash is stored.
 */
export type Credential = { grantId: string; secret: string }

// Access: observed [T2]. A refresh token is 71 characters: `oauth:` and 65 others. Here the 65 are the
// grant (22, 128 bits) and the secret (43, 256 bits). Assumed: access tokens and codes have 65 too.
const GRANT_ID_LENGTH = 22
const FORM = /^[A-Za-z0-9_-]{65}$/
const TOKEN_PREFIX = 'oauth:'

export function newGrantId(): string {
  return randomText(16)
}

export function newSecret(): string {
  return randomText(32)
}

/** The text format of a credential. */
export type CredentialForm = {
  format(credential: Credential): string
  /** Returns undefined if the text does not have this format. */
  parse(text: string): Credential | undefined
}

/** The formats of the three credentials that an OAuth server issues. */
export type CredentialForms = Record<'code' | 'access' | 'refresh', CredentialForm>

// Access: observed [T7]. Opaque; 65 characters.
const CODE: CredentialForm = {
  format: ({ grantId, secret }) => grantId + secret,
  parse(text) {
    if (!FORM.test(text)) return undefined
    return { grantId: text.slice(0, GRANT_ID_LENGTH), secret: text.slice(GRANT_ID_LENGTH) }
  },
}

// Access: observed [T2]. `oauth:` and 65 characters.
const TOKEN: CredentialForm = {
  format: (credential) => TOKEN_PREFIX + CODE.format(credential),
  parse: (text) =>
    isManagedOAuthToken(text) ? CODE.parse(text.slice(TOKEN_PREFIX.length)) : undefined,
}

/** The formats of Managed OAuth. Access tokens and refresh tokens look the same. */
export const MANAGED_OAUTH_FORMS: CredentialForms = { code: CODE, access: TOKEN, refresh: TOKEN }

/** Returns whether a bearer token has the prefix of Managed OAuth. */
export function isManagedOAuthToken(text: string): boolean {
  return text.startsWith(TOKEN_PREFIX)
}

/** Returns the hash of a secret, which is stored instead of it. */
export function hashSecret(secret: string): Promise<string> {
  return sha256(secret)
}

/**
 * Derives the secrets of the token pair that replaces a refresh token.
 *
 * They are derived from the presented secret, which is not stored, and a nonce, which is. Reading the
 * storage is therefore not enough to derive them, and a client that presents the same token again within
 * the grace window receives the same pair.
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

/** Derives a secret from another one for a purpose: HMAC-SHA-256, 43 characters. */
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
