import { clientCredentials, invalidClient } from '../oauth/client-auth'
import { readForm } from '../request/body'
import type { AppContext } from '../request/context'
import { note } from '../request/events'
import { impersonationOf } from '../request/impersonation'
import { oncePerRequest } from '../request/once'
import { type Client, isClientSecret } from '../store/clients'

/**
 * Reads the client that a token or revocation request names, by its header or its form.
 *
 * @throws OAuthError `invalid_client` (401), `invalid_request`
 */
export const shownClient = oncePerRequest(async (c) =>
  clientCredentials(c.req.header('authorization'), await readForm(c)),
)

/**
 * The client of a token or revocation request, authenticated as it registered to be.
 *
 * @throws OAuthError `invalid_client` (401), `invalid_request`
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3
 */
export async function authenticateClient(c: AppContext): Promise<Client> {
  const impersonated = impersonationOf(c)?.client
  if (impersonated) return noted(c, impersonated)
  const credentials = await shownClient(c)
  const client = await c.get('stores').clients.find(credentials.clientId)
  if (!client) {
    throw invalidClient('client_id is not registered here; register the client again', {
      // Not the client_id itself, in whose place a secret may have been sent.
      why: 'No client with this client_id is registered here; a reset forgets clients, and clients keep a registration for good.',
      change: 'Delete what the client has saved about this server, and connect again.',
    })
  }
  noted(c, client)
  if (client.tokenEndpointAuthMethod !== credentials.method) {
    throw invalidClient(
      `this client authenticates with ${client.tokenEndpointAuthMethod}, not ${credentials.method}`,
      { rule: 'RFC 6749 2.3', change: 'Authenticate as token_endpoint_auth_method says.' },
    )
  }
  if (credentials.secret !== undefined && !(await isClientSecret(client, credentials.secret))) {
    throw invalidClient('client_secret is wrong')
  }
  return client
}

function noted(c: AppContext, client: Client): Client {
  note(c, { client: { id: client.clientId, name: client.name } })
  return client
}
