import type { Credential, OAuthConfig, OAuthCredential, Registration } from '../../mcp/credential'
import { addressOf } from '../../mcp/place'
import { isOAuthUndetected, type McpServer, OAUTH_NOT_DETECTED } from '../../mcp/server'
import type { AppContext } from '../../request/context'
import { upstreamFetch } from '../fetch'
import { keepCredential } from './keep'

/** The portal's client at the authorization server of a server. */
export type UpstreamClient = {
  config: OAuthConfig
  registration: Registration
  clientSecret: string | undefined
}

/**
 * Returns the portal's client at the authorization server of a server: the one that the administrator
 * configured or that was registered before, or a new one.
 *
 * Portal: observed [MP71]. A client that the authorization server no longer knows is never registered again.
 *
 * @param flow the portal and the callback that the client is needed for first
 * @throws Error if the metadata or the registration fails
 */
export async function clientAt(
  c: AppContext,
  server: McpServer,
  flow?: { portalId: string; callback: string },
): Promise<UpstreamClient> {
  if (server.credential.kind !== 'oauth') throw new Error(`${server.id} does not use OAuth`)
  const known = clientOf(server.credential)
  if (known) return known
  if (isOAuthUndetected(server)) throw new Error(OAUTH_NOT_DETECTED)
  let client = await register(c, server, flow)
  await keepCredential(c, server.id, (stored) => {
    // Two people may sign in first at the same time. Each code is redeemed by the client that is stored.
    client = clientOf(stored) ?? client
    return withClient(stored, client)
  })
  return client
}

/** Forgets the portal's client, and registers a new one. @throws Error if the registration fails */
export async function registerAgain(c: AppContext, server: McpServer): Promise<UpstreamClient> {
  if (!isRegistered(server.credential)) {
    throw new Error(`${server.id} has no client that could be registered`)
  }
  const client = await register(c, server, undefined)
  await keepCredential(c, server.id, (stored) => withClient(stored, client))
  return client
}

/**
 * Forgets the portal's client after its authorization server has, so that the next sign-in registers a new one.
 *
 * Not like Cloudflare [MP71], so a quirk switches it on.
 */
export async function forgetClient(c: AppContext, server: McpServer): Promise<void> {
  if (isRegistered(server.credential)) await keepCredential(c, server.id, withoutClient)
}

// Returns whether the client is one that the portal registers, not one that the administrator configured.
function isRegistered(credential: Credential): boolean {
  return credential.kind === 'oauth' && credential.mode === 'dcr'
}

function clientOf({
  clientSecret,
  config,
  registration,
}: OAuthCredential): UpstreamClient | undefined {
  return config && registration && { config, registration, clientSecret }
}

function withClient(
  credential: OAuthCredential,
  { clientSecret, ...client }: UpstreamClient,
): OAuthCredential {
  return { ...withoutClient(credential), ...client, ...(clientSecret && { clientSecret }) }
}

function withoutClient(credential: OAuthCredential): OAuthCredential {
  const { clientSecret: _, config: __, registration: ___, ...rest } = credential
  return rest
}

async function register(
  c: AppContext,
  server: McpServer,
  flow: { portalId: string; callback: string } | undefined,
): Promise<UpstreamClient> {
  const { discoverOAuthServerInfo, registerClient } = await import('@modelcontextprotocol/client')
  const fetchFn = upstreamFetch(c, server)
  const found = await discoverOAuthServerInfo(server.hostname, { fetchFn })
  const { authorizationServerMetadata: metadata, resourceMetadata } = found
  if (!metadata) throw new Error('the server names no authorization server')
  const redirect_uris = redirectUris(c, server, flow)
  const {
    client_id,
    client_secret: clientSecret,
    token_endpoint_auth_method: method,
  } = await registerClient(found.authorizationServerUrl, {
    metadata,
    // Portal: observed [MP70]. No scope.
    clientMetadata: {
      client_name: 'MCP server portal',
      redirect_uris,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic',
    },
    fetchFn,
  })
  const config = {
    authorization_endpoint: String(metadata.authorization_endpoint),
    token_endpoint: String(metadata.token_endpoint),
    issuer: metadata.issuer,
    // Portal: observed [MP68]. Exactly as the server's metadata has it.
    ...(resourceMetadata?.resource !== undefined && { resource: resourceMetadata.resource }),
    ...revocationOf(metadata),
  }
  const known = ['none', 'client_secret_post', 'client_secret_basic'] as const
  const token_endpoint_auth_method = known.find((each) => each === method)
  const registration = {
    client_id,
    redirect_uris,
    ...(token_endpoint_auth_method && { token_endpoint_auth_method }),
  }
  return { config, registration, clientSecret }
}

// OpenID Connect's metadata has no such member in its type.
function revocationOf(metadata: object): { revocation_endpoint?: string } {
  const endpoint = 'revocation_endpoint' in metadata ? metadata.revocation_endpoint : undefined
  return typeof endpoint === 'string' ? { revocation_endpoint: endpoint } : {}
}

// Portal: observed [MP67]. The callbacks of the portals, and the dashboard's. Portal: documented [MP66], the
// shared one.
function redirectUris(
  c: AppContext,
  server: McpServer,
  flow: { portalId: string; callback: string } | undefined,
): string[] {
  const { configuration, settings, url } = c.var
  const portals = configuration.mcpPortals
    .filter(({ id }) => id !== flow?.portalId)
    .filter(({ servers }) => servers.some(({ server_id: id }) => id === server.id))
    .map((portal) => `${addressOf(configuration.applications, portal, url)}/servers-callback`)
  const [account] = settings.ACCOUNTS
  const used = flow ? [flow.callback] : []
  const own = server.is_shared_oauth_callback_enabled ? [SHARED_CALLBACK] : [...used, ...portals]
  return [...own, adminCallback(c, account?.id ?? '', server.id)]
}

/** The callback that all portals share, if a server's flag is on. */
export const SHARED_CALLBACK =
  'https://oauth-callbacks.cloudflareaccess.com/cdn-cgi/access/outbound-oauth-callback'

/** Returns the dashboard's callback for a server. */
export function adminCallback(c: AppContext, accountId: string, serverId: string): string {
  return `${c.get('dash').origin}/${accountId}/one/access-controls/ai-controls/mcp-server/oauth-callback/${serverId}`
}
