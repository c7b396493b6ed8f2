import { hashSecret } from '../../access/token'
import { WRANGLER } from './first-party'
import type { OAuthClient } from './oauth-client'

/** The client of an id: one of the accounts' own, or Cloudflare's. */
export function findOAuthClient(
  clients: readonly OAuthClient[],
  clientId: string,
): OAuthClient | undefined {
  return clientId === WRANGLER.client_id
    ? WRANGLER
    : clients.find(({ client_id }) => client_id === clientId)
}

/** Whether a client is Cloudflare's own. */
export function isFirstParty({ client_id }: OAuthClient): boolean {
  return client_id === WRANGLER.client_id
}

/** Whether `secret` is one of the client's: two are good while they are rotated (A.2). */
export async function isOAuthClientSecret(client: OAuthClient, secret: string): Promise<boolean> {
  return client.secretHashes.includes(await hashSecret(secret))
}

/** Whose application it is, as its `client_uri` says; undefined where it has none. */
export function publisherOf(
  client: OAuthClient,
): { domain: string; isVerified: boolean } | undefined {
  if (isFirstParty(client)) return { domain: 'cloudflare.com', isVerified: true }
  const domain = client.client_uri && URL.parse(client.client_uri)?.hostname
  if (!domain) return undefined
  return { domain, isVerified: client.client_uri_verification?.status === 'verified' }
}
