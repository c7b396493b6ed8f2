/**
 * `oauth/` is the protocol: parameters, client authentication, PKCE, redirect URIs, resource
 * indicators and errors, each by its RFC. It knows nothing of Access, storage or HTTP responses and
 * imports nothing else of this project. Cloudflare's own rules, such as which redirect URIs an
 * application allows, are in `access/` and `account/`; the endpoints are in `team/` and `dash/`.
 */

/** The error codes that the endpoints respond with. */
type OAuthErrorCode =
  // RFC 6749 4.1.2.1 and 5.2
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'unsupported_response_type'
  | 'access_denied'
  | 'temporarily_unavailable'
  // RFC 6750 3.1
  | 'invalid_token'
  // RFC 7591 3.2.2
  | 'invalid_client_metadata'
  | 'invalid_redirect_uri'
  // RFC 8707 2
  | 'invalid_target'
  // The emulator's control API
  | 'not_found'
  // The emulator's refusal at the hostname of an MCP portal
  | 'portal_unreachable'

/** The part of a refusal that goes into the event: the rule, the reason and the next step. */
export type Hint = { rule?: string; why?: string; change?: string }

type Details = { status?: number; headers?: Record<string, string>; hint?: Hint }

/**
 * A protocol error. The check that fails throws it; the surface renders it.
 *
 * `description` is for the client's developer; characters outside RFC 6749's set are replaced.
 * `status` applies if the error is not redirected; the default is 400. `hint` goes into the event and
 * never to the client.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly description: string
  readonly status: number
  readonly headers: Record<string, string>
  readonly hint: Hint

  constructor(code: OAuthErrorCode, description: string, details: Details = {}) {
    super(`${code}: ${description}`)
    this.name = 'OAuthError'
    this.code = code
    this.description = printable(description)
    this.status = details.status ?? 400
    this.headers = details.headers ?? {}
    this.hint = details.hint ?? {}
  }
}

// RFC 6749 5.2: error_description is limited to %x20-21 / %x23-5B / %x5D-7E.
function printable(text: string): string {
  return text
    .replaceAll('"', "'")
    .replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
    .slice(0, 500)
}
