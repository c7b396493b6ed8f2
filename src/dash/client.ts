import { findOAuthClient, isOAuthClientSecret } from '../account/oauth/dash-client'
import { DashError } from '../account/oauth/dash-error'
import type { OAuthClient } from '../account/oauth/oauth-client'
import { decodeUtf8 } from '../oauth/encoding'
import type { AppContext } from '../request/context'
import { note } from '../request/events'
import { oncePerRequest } from '../request/once'
import { readParameters } from './form'

type Shown = { clientId: string; secret: string; basicSecret: string | undefined }

/**
 * Authenticates the client of a token, revocation or device request by its registered method.
 *
 * Dashboard: observed [D26]. A client that uses another method gets an error that names the registered
 * one. Credentials are checked before the code or token.
 *
 * @throws DashError `invalid_client` (401), `invalid_request`
 */
export async function authenticateClient(c: AppContext): Promise<OAuthClient> {
  const parameters = await readParameters(c)
  const { clientId, secret, basicSecret } = await shownCredentials(c)
  const client = findOAuthClient(c.get('configuration').oauthClients, clientId)
  if (!client) {
    throw new DashError('invalid_client', 'The requested OAuth 2.0 Client does not exist.')
  }
  noteClient(c, client)
  const { token_endpoint_auth_method: method } = client
  const isPosted = Boolean(parameters.get('client_id') && parameters.get('client_secret'))
  if (isPosted && method !== 'client_secret_post') throw otherMethod(method, 'client_secret_post')
  if (basicSecret && method !== 'client_secret_basic') {
    throw otherMethod(method, 'client_secret_basic')
  }
  if (method === 'none') return client
  if (!(await isOAuthClientSecret(client, secret))) throw new DashError('invalid_client')
  return client
}

/** Adds the client to the request's event. */
export function noteClient(c: AppContext, { client_id: id, client_name: name }: OAuthClient): void {
  note(c, { client: { id, name } })
}

/**
 * Reads the credentials of the request from its header or its form.
 *
 * Dashboard: observed [D4]. A request without a client is a 401. Assumed: the hint, which the engine
 * uses for a 400.
 *
 * @throws DashError `invalid_client`, `invalid_request`
 */
export const shownCredentials = oncePerRequest(async function read(c): Promise<Shown> {
  const parameters = await readParameters(c)
  const basic = basicCredentials(c.req.header('authorization'))
  const clientId = basic ? formDecoded(basic.user, 'id') : parameters.get('client_id')
  if (!clientId) {
    throw new DashError(
      'invalid_client',
      'Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.',
    )
  }
  if (!basic) {
    return { clientId, secret: parameters.get('client_secret') ?? '', basicSecret: undefined }
  }
  const secret = formDecoded(basic.password, 'secret')
  return { clientId, secret, basicSecret: secret }
})

function basicCredentials(
  authorization: string | undefined,
): { user: string; password: string } | undefined {
  const encoded = authorization?.match(/^basic +(\S+) *$/i)?.[1]
  if (encoded === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    const [, user = '', password = ''] = decodeUtf8(bytes).match(/^([^:]*):(.*)$/s) ?? []
    return user === '' ? undefined : { user, password }
  } catch {
    return undefined
  }
}

// Dashboard: observed [D27]. RFC 6749 2.3.1: both halves are form-encoded; a raw value without `%` or `+`
// decodes to itself.
function formDecoded(text: string, what: 'id' | 'secret'): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new DashError(
      'invalid_request',
      `The client ${what} in the HTTP authorization header could not be decoded from 'application/x-www-form-urlencoded'.`,
    )
  }
}

function otherMethod(registered: string, shown: string): DashError {
  return new DashError(
    'invalid_client',
    `The OAuth 2.0 Client supports client authentication method '${registered}', but method '${shown}' was requested. You must configure the OAuth 2.0 client's 'token_endpoint_auth_method' value to accept '${shown}'.`,
  )
}
