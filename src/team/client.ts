import { OTHER_ISSUER } from '../events/reason'
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
export const presentedClient = oncePerRequest(async (c) =>
  clientCredentials(c.req.header('authorization'), await readForm(c)),
)

/**
 * Authenticates the client of a token or revocation request, by the method that it registered.
 *
 * @throws OAuthError `invalid_client` (401), `invalid_request`
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-2.3
 */
export async function authenticateClient(c: AppContext): Promise<Client> {
  const impersonated = impersonationOf(c)?.client
  if (impersonated) return noted(c, impersonated)
  const credentials = await presentedClient(c)
  const client = await c.get('stores').clients.find(credentials.clientId)
  if (!client) {
    throw invalidClient('client_id is not registered here; register the client again', {
      // The client_id is not quoted, because a client may have sent a secret in its place.
      why: 'No client with this client_id is registered here. A reset deletes clients, but the client keeps its registration permanently.',
      change: 'Delete what the client has saved about this server, and connect again.',
    })
  }
  noted(c, client)
  if (isOfOtherTeam(c, client)) {
    throw invalidClient('client_id is not registered here; register the client again', OTHER_TEAM)
  }
  if (client.tokenEndpointAuthMethod !== credentials.method) {
    throw invalidClient(
      `this client must authenticate with ${client.tokenEndpointAuthMethod}, not with ${credentials.method}`,
      {
        rule: 'RFC 6749 2.3',
        change: 'Authenticate by the registered token_endpoint_auth_method.',
      },
    )
  }
  if (credentials.secret !== undefined && !(await isClientSecret(client, credentials.secret))) {
    throw invalidClient('client_secret is wrong')
  }
  return client
}

/** Returns whether the client is registered with the other of the two teams. */
export function isOfOtherTeam(c: AppContext, client: Client): boolean {
  return c.get('team').isSecond !== (client.isOfSecondTeam === true)
}

/** The reason why a team does not know a client of the other team. */
export const OTHER_TEAM = {
  rule: OTHER_ISSUER,
  why: 'The client is registered with another team, which is another issuer. Its client_id and tokens mean nothing here.',
  change: 'Store client_id and tokens for each issuer, and register with this one.',
}

function noted(c: AppContext, client: Client): Client {
  note(c, { client: { id: client.clientId, name: client.name } })
  return client
}
