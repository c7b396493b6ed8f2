import { hashSecret } from '../../access/token'
import { WRANGLER } from './first-party'
import type { OAuthClient } from './oauth-client'

/** Finds a client by its id: a self-managed one, or Cloudflare's own. */
export function findOAuthClient(
  clients: readonly OAuthClient[],
  clientId: string,
): OAuthClient | undefined {
  return clientId === WRANGLER.client_id
    ? WRANGLER
    : clients.find(({ client_id }) => client_id === clientId)
}

/** Returns whether a client is Cloudflare's own. */
export function isFirstParty({ client_id }: OAuthClient): boolean {
  return client_id === WRANGLER.client_id
}

/** Returns whether a secret is one of the client's: two are valid during a rotation [C5]. */
export async function isOAuthClientSecret(client: OAuthClient, secret: string): Promise<boolean> {
  return client.secretHashes.includes(await hashSecret(secret))
}

/** Returns the publisher of a client by its `client_uri` [D19], or undefined if it has none. */
export function publisherOf(
  client: OAuthClient,
): { domain: string; isVerified: boolean } | undefined {
  if (isFirstParty(client)) return { domain: 'cloudflare.com', isVerified: true }
  const domain = client.client_uri && URL.parse(client.client_uri)?.hostname
  if (!domain) return undefined
  return { domain, isVerified: client.client_uri_verification?.status === 'verified' }
}
