// Dashboard: observed, documented [D28]. Each code has one status and one sentence.
const SENTENCES = {
  invalid_request: [
    400,
    'The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed.',
  ],
  invalid_scope: [400, 'The requested scope is invalid, unknown, or malformed.'],
  invalid_grant: [
    400,
    'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.',
  ],
  invalid_client: [
    401,
    'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).',
  ],
  unauthorized_client: [400, 'The client is not authorized to request a token using this method.'],
  unsupported_grant_type: [
    400,
    'The authorization grant type is not supported by the authorization server.',
  ],
  unsupported_response_type: [
    400,
    'The authorization server does not support obtaining a token using this method.',
  ],
  unsupported_response_mode: [
    400,
    'The authorization server does not support obtaining a response using this response mode.',
  ],
  invalid_state: [
    400,
    'The state is missing or does not have enough characters and is therefore considered too weak.',
  ],
  access_denied: [403, 'The resource owner or authorization server denied the request.'],
  request_unauthorized: [401, 'The request could not be authorized.'],
  token_inactive: [401, 'Token is inactive because it is malformed, expired or otherwise invalid.'],
} as const satisfies Record<string, readonly [number, string]>
type DashErrorCode = keyof typeof SENTENCES

/**
 * An error of the dashboard's OAuth server. `description` is the code's fixed sentence and the hint, with
 * single quotes instead of double quotes [D10].
 */
export class DashError extends Error {
  readonly status: number
  readonly description: string

  constructor(
    readonly code: DashErrorCode,
    hint?: string,
  ) {
    const [status, sentence] = SENTENCES[code]
    const description = (hint ? `${sentence} ${hint}` : sentence).replaceAll('"', "'")
    super(`${code}: ${description}`)
    this.name = 'DashError'
    this.status = status
    this.description = description
  }
}

/** Creates the error for a scope that the client has not registered. Dashboard: observed [D10]. */
export function scopeNotAllowed(scope: string): DashError {
  return new DashError(
    'invalid_scope',
    `The OAuth 2.0 Client is not allowed to request scope '${scope}'.`,
  )
}

/** Creates the error for a grant type that the client has not registered, or that no client may have. */
export function grantNotAllowed(grantType: string): DashError {
  return new DashError(
    'unauthorized_client',
    `The OAuth 2.0 Client is not allowed to use authorization grant '${grantType}'.`,
  )
}
