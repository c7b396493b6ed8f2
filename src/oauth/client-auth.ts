import { decodeUtf8 } from './encoding'
import { type Hint, OAuthError } from './errors'
import type { Parameters } from './parameters'

/** The ways in which a client can authenticate at the token and revocation endpoints [M14]. */
export const CLIENT_AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const
type ClientAuthMethod = (typeof CLIENT_AUTH_METHODS)[number]

/** What a request says of its client. `secret` is absent exactly when the method is `none`. */
type ClientCredentials = { clientId: string; method: ClientAuthMethod; secret?: string }

/**
 * Who the client says it is, by header or body.
 *
 * @throws OAuthError `invalid_request` where two ways are used at once (RFC 6749 2.3),
 *   `invalid_client` where no client is named or the header cannot be read
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
        'client_secret and the Authorization header are given: authenticate in one way only',
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

/** The refusal of a client: 401, with a Basic challenge as RFC 6749 5.2 asks. */
export function invalidClient(description: string, hint: Hint = {}): OAuthError {
  return new OAuthError('invalid_client', description, {
    status: 401,
    hint,
    headers: { 'WWW-Authenticate': 'Basic realm="OAuth"' },
  })
}

function basicCredentials(authorization: string): { clientId: string; secret: string } {
  const encoded = authorization.match(/^basic +(\S+) *$/i)?.[1]
  if (encoded === undefined) throw invalidClient('the Authorization header must be Basic')
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    const text = decodeUtf8(bytes)
    const colon = text.indexOf(':')
    if (colon < 1) throw new Error('no colon')
    return { clientId: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) }
  } catch {
    throw invalidClient('the Authorization header is not Base64 of client_id:client_secret')
  }
}

// RFC 6749 2.3.1: both halves are form-encoded before they are joined.
function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
