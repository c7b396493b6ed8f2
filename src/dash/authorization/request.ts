import { findOAuthClient } from '../../account/oauth/dash-client'
import { DashError, scopeNotAllowed } from '../../account/oauth/dash-error'
import type { OAuthClient } from '../../account/oauth/oauth-client'
import { matchingRedirectUri } from '../../account/oauth/redirect-match'
import type { RedirectUri } from '../../oauth/redirect-uri'
import type { AppContext } from '../../request/context'
import { noteClient } from '../client'
import { AuthorizationError, type Target } from './respond'

/** The minimum length of `state`. Dashboard: observed [D11]. */
const STATE_MIN_LENGTH = 8

/** An authorization request that has passed every check before login. */
export type AuthorizationRequest = {
  client: OAuthClient
  target: Target
  /** As in the request: the token request must send the same value. */
  redirectUri: string | undefined
  /** Without duplicates, in the order of the request. */
  scopes: string[]
  codeChallenge: string | undefined
  codeChallengeMethod: string | undefined
  nonce: string | undefined
}

/**
 * Reads and checks an authorization request in this order: client, redirect URI, scope, response type,
 * response mode, `state`. PKCE is checked after consent.
 *
 * Dashboard: observed [D9].
 *
 * @param query the query of the request, without the question mark
 * @throws AuthorizationError
 */
export function readAuthorizationRequest(c: AppContext, query: string): AuthorizationRequest {
  const parameters = new URLSearchParams(query)
  const value = (name: string) => parameters.get(name) || undefined
  const client = requireClient(c, value('client_id'))
  const redirectUri = value('redirect_uri')
  const target: Target = {
    redirectUri: requireRedirectUri(client, redirectUri),
    state: parameters.get('state') ?? '',
    responseMode: 'query',
  }
  const scopes = words(value('scope'))
  try {
    checkScopes(client, scopes)
    const isPlainCode = checkResponseType(client, value('response_type')) === 'code'
    target.responseMode = readResponseMode(value('response_mode'), isPlainCode)
    checkState(target.state)
    if (!isPlainCode) throw implicit()
  } catch (error) {
    throw error instanceof DashError ? new AuthorizationError(target, error) : error
  }
  return {
    client,
    target,
    redirectUri,
    scopes,
    codeChallenge: value('code_challenge'),
    codeChallengeMethod: value('code_challenge_method'),
    nonce: value('nonce'),
  }
}

function requireClient(c: AppContext, clientId: string | undefined): OAuthClient {
  const client = findOAuthClient(c.get('configuration').oauthClients, clientId ?? '')
  if (client) {
    noteClient(c, client)
    return client
  }
  throw new AuthorizationError(
    undefined,
    new DashError('invalid_client', 'The requested OAuth 2.0 Client does not exist.'),
  )
}

function requireRedirectUri(client: OAuthClient, redirectUri: string | undefined): RedirectUri {
  const match = matchingRedirectUri(redirectUri, client.redirect_uris)
  if (match !== undefined) return match
  throw new AuthorizationError(
    undefined,
    new DashError(
      'invalid_request',
      "The 'redirect_uri' parameter does not match any of the OAuth 2.0 Client's pre-registered redirect urls.",
    ),
  )
}

// Dashboard: observed [D12]. The registered scopes are a ceiling and no default.
function checkScopes(client: OAuthClient, scopes: string[]): void {
  const own = new Set(client.scopes)
  const refused = scopes.find((scope) => !own.has(scope))
  if (refused !== undefined) throw scopeNotAllowed(refused)
}

function checkResponseType(client: OAuthClient, text: string | undefined): string {
  const responseType = words(text).join(' ')
  if (responseType === '') {
    // The stray backtick is part of the engine's text.
    const hint = "`The request is missing the 'response_type' parameter."
    throw new DashError('unsupported_response_type', hint)
  }
  if (client.response_types.some((each) => each === responseType)) return responseType
  throw new DashError(
    'unsupported_response_type',
    `The client is not allowed to request response_type '${responseType}'.`,
  )
}

// Not like the engine, which supports form_post too: that needs a page with a script.
function readResponseMode(mode: string | undefined, isPlainCode: boolean): 'query' | 'fragment' {
  if (mode === undefined) return isPlainCode ? 'query' : 'fragment'
  if (mode === 'fragment' || (mode === 'query' && isPlainCode)) return mode
  throw new DashError(
    'unsupported_response_mode',
    `Request with unsupported response_mode '${mode}'.`,
  )
}

function checkState(state: string): void {
  if (state.length >= STATE_MIN_LENGTH) return
  throw new DashError(
    'invalid_state',
    `Request parameter 'state' must be at least be ${STATE_MIN_LENGTH} characters long to ensure sufficient entropy.`,
  )
}

// Dashboard: documented [D6]. The implicit grant is refused even if the client has registered its
// response types. Assumed: the error.
function implicit(): DashError {
  return new DashError(
    'unauthorized_client',
    "The OAuth 2.0 Client is not allowed to use the authorization grant 'implicit'.",
  )
}

function words(text = ''): string[] {
  return [...new Set(text.split(' ').filter((word) => word !== ''))]
}
