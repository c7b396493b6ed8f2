import type { Responses } from '../emulator/responses.ts'
import { ControlError, type Send } from './control.ts'

/** The token response, with the client that it was issued to. */
export type Tokens = {
  clientId: string
  accessToken: string
  refreshToken: string
  expiresInSeconds: number
  /** The `resource` that the tokens are for. */
  resource: string
}

export type SignInOptions = {
  /** The resource that the tokens are for; the MCP server by default. */
  resource?: string
  clientName?: string
  /**
   * The redirect URI, for applications whose redirect rules allow no localhost. No server is needed
   * there: the code is read from the redirect, which is not followed.
   */
  redirectUri?: string
}

/** Signs a person in. Throws an Error with the reason if a policy or a rule refuses. */
export type SignIn = (email: string, options?: SignInOptions) => Promise<Tokens>

/**
 * Returns a function that signs people in by `POST /_emulator/tokens`: registration, authorization with
 * PKCE and exchange in one request. Policies and redirect rules apply; faults do not.
 */
export function signInBy(send: Send, mcpUrl: string): SignIn {
  return async function signIn(email, options = {}) {
    const { resource = mcpUrl, clientName = 'startEmulator', redirectUri } = options
    const tokens = await send<Responses['POST tokens']>('POST', 'tokens', {
      email,
      resource,
      client_name: clientName,
      redirect_uri: redirectUri,
    }).catch((error) => {
      throw error instanceof ControlError ? refusalOf(email, error, HOW) : error
    })
    return {
      clientId: tokens.client_id,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? '',
      expiresInSeconds: tokens.expires_in,
      resource: tokens.resource,
    }
  }
}

const HOW = 'signIn(email, { redirectUri })'

// The texts of the two refusals, at registration and at authorization.
const REDIRECT_URI_REFUSED = /redirect[_ ]uri (is )?not allowed/i

/**
 * Returns the error of a sign-in: who cannot be signed in, why, and what to do about it.
 *
 * @param how how the caller passes a redirect URI
 */
export function refusalOf(email: string, cause: ControlError, how: string): Error {
  const { code, description, status } = cause
  // The sentence of the page that the person would see.
  const isDenied = status === 403 && code === 'access_denied'
  const why = isDenied ? `That account does not have access. ${description}` : description
  const message = `${email} cannot be signed in: ${why}`
  if (!REDIRECT_URI_REFUSED.test(description)) return new Error(message, { cause })
  const hint = `pass a redirect URI of the application's allowed_uris: ${how}`
  return new Error(`${message}; ${hint}. No server is needed there`, { cause })
}
