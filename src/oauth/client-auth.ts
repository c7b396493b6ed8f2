import { decodeUtf8 } from './encoding'
import { type Hint, OAuthError } from './errors'
import type { Parameters } from './parameters'

/** The client authentication methods of the token and revocation endpoints [M14]. */
export const CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number]

/** The client credentials of a request. `secret` is absent exactly if the method is `none`. */
type ClientCredentials = { clientId: string; method: ClientAuthMethod; secret?: string }

/**
 * Reads the client credentials of a request from its header or body, without checking them.
 *
 * @throws OAuthError `invalid_request` if the request uses two methods at once (RFC 6749 2.3),
 *   `invalid_client` if it names no client or the header is malformed
 */
export function clientCredentials(
  authorization: string | undefined,
  parameters: Parameters,
): ClientCredentials {
  const bodyId = parameters.get('client_id')
  const bodySecret = parameters.get('client_secret')
  const basic = authorization === undefined ? undefined : basicCredentials(authorization)
  if (basic) {
    if (bodySecret !== undefined) {
      throw new OAuthError(
        'invalid_request',
        'client_secret and the Authorization header must not be used together',
      )
    }
    if (bodyId !== undefined && bodyId !== basic.clientId) {
      throw new OAuthError('invalid_request', 'client_id differs from the Authorization header')
    }
    return { ...basic, method: 'client_secret_basic' }
  }
  if (bodyId === undefined) throw invalidClient('client_id is missing')
  if (bodySecret === undefined) return { clientId: bodyId, method: 'none' }
  return { clientId: bodyId, method: 'client_secret_post', secret: bodySecret }
}

/** Creates the error for a failed client authentication: 401 with a Basic challenge (RFC 6749 5.2). */
export function invalidClient(description: string, hint: Hint = {}): OAuthError {
  return new OAuthError('invalid_client', description, {
    status: 401,
    hint,
    headers: { 'WWW-Authenticate': 'Basic realm="OAuth"' },
  })
}

function basicCredentials(authorization: string): { clientId: string; secret: string } {
  const encoded = authorization.match(/^basic +(\S+) *$/i)?.[1]
  if (encoded === undefined)
    throw invalidClient('the Authorization header must have the scheme Basic')
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    const text = decodeUtf8(bytes)
    const colon = text.indexOf(':')
    if (colon < 1) throw new Error('no colon')
    return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) }
  } catch {
    throw invalidClient('the Basic credentials must be client_id:client_secret in Base64')
  }
}

// RFC 6749 2.3.1: the id and the secret are form-encoded before they are joined.
function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
