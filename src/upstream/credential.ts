import type { UpstreamTokens } from '../mcp/credential'
import type { Mapped } from '../mcp/curation'
import { isOAuthUndetected, type McpServer, OAUTH_NOT_DETECTED } from '../mcp/server'
import { needsPerson } from '../mcp/visibility'
import type { AppContext } from '../request/context'
import { currentConfiguration } from '../request/prepare'
import type { PortalGrant } from '../store/emulator/portal-state'
import type { UpstreamCredential } from './connection'
import { keepCredential } from './oauth/keep'
import { clientAt } from './oauth/registration'
import { refreshTokens } from './oauth/tokens'
import { UpstreamError } from './upstream-error'

type Holder = { holder: string; kept: PortalGrant }

/** The states of a server that has no credential for a sync. */
type Missing = Partial<Pick<McpServer, 'authentication_status' | 'error'>> &
  Pick<McpServer, 'status'>

/**
 * Returns the credential of a server itself: for syncs, and for calls that no person's grant is for. The
 * administrator's grant is refreshed if it has expired.
 *
 * Portal: documented [MP20, MP61]. If the refresh fails, the server is stale, and nothing reports it.
 *
 * @param isRefused whether the server refused the token, so that it is refreshed although it has not expired
 */
export async function serverCredential(
  c: AppContext,
  server: McpServer,
  isRefused = false,
): Promise<{ credential: UpstreamCredential } | { missing: Missing }> {
  const { credential } = server
  switch (credential.kind) {
    case 'none':
      return { credential: { holder: 'server', headers: {} } }
    case 'headers':
      return { credential: { holder: 'server', headers: credential.headers } }
    case 'oauth': {
      const { admin } = credential
      if (isOAuthUndetected(server)) {
        return { missing: { status: 'waiting', error: OAUTH_NOT_DETECTED } }
      }
      if (!admin) return { missing: { status: 'waiting' } }
      const tokens = await fresh(c, server, admin, isRefused).catch(() => undefined)
      if (!tokens) {
        const stale = { status: 'stale', authentication_status: 'stale' } as const
        await keepCredential(c, server.id, credential, stale)
        return { missing: stale }
      }
      if (tokens !== admin) await keepCredential(c, server.id, { ...credential, admin: tokens })
      return { credential: bearer('server', tokens) }
    }
  }
}

/**
 * Returns the credential of a call: the person's, or the server's own.
 *
 * Portal: observed [MP73]. Portal: documented [MP74]. A person's tokens are refreshed by the portal.
 *
 * @param isRefused as above
 * @throws UpstreamError 401 if the person, or the administrator, has to sign in to the server
 */
export async function callCredential(
  c: AppContext,
  mapped: Mapped,
  { holder, kept }: Holder,
  isRefused = false,
): Promise<UpstreamCredential> {
  const { server } = mapped
  if (!needsPerson(mapped)) {
    const found = await serverCredential(c, server, isRefused)
    if ('missing' in found) throw notSignedIn()
    return found.credential
  }
  const known = tokensOf(mapped, kept)
  if (!known) throw notSignedIn()
  const tokens = await fresh(c, server, known, isRefused).catch(() => {
    throw notSignedIn()
  })
  if (tokens !== known) {
    const renewed = { [server.id]: tokens }
    await c.get('emulator').portals.merge('grant', holder, { connections: renewed })
  }
  return bearer(holder, tokens)
}

/**
 * Returns a new credential for a call whose credential the server refused, although it has not expired: its
 * token was revoked. Undefined if there is none.
 *
 * Assumed [MP78]: as OAuth clients do (RFC 6750 3.1).
 */
export async function renewedCredential(
  c: AppContext,
  { mapping, server: before }: Mapped,
  { holder, kept: earlier }: Holder,
  refused: UpstreamCredential,
): Promise<UpstreamCredential | undefined> {
  // Another call may have renewed it meanwhile. Its refresh token may be valid only once.
  const kept = (await c.get('emulator').portals.find('grant', holder)) ?? earlier
  const { mcpServers } = await currentConfiguration(c)
  const mapped = { mapping, server: mcpServers.find(({ id }) => id === before.id) ?? before }
  if (tokensOf(mapped, kept)?.refresh_token === undefined) return undefined
  try {
    const current = await callCredential(c, mapped, { holder, kept })
    if (current.headers.Authorization !== refused.headers.Authorization) return current
    return await callCredential(c, mapped, { holder, kept }, true)
  } catch (error) {
    if (error instanceof UpstreamError) return undefined
    throw error
  }
}

// Returns the tokens of a call: the person's, or the administrator's.
function tokensOf(mapped: Mapped, { connections }: PortalGrant): UpstreamTokens | undefined {
  const { credential, id } = mapped.server
  if (needsPerson(mapped)) return Object.hasOwn(connections, id) ? connections[id] : undefined
  return credential.kind === 'oauth' ? credential.admin : undefined
}

// Returns the tokens, or new ones if they have expired or were refused.
async function fresh(
  c: AppContext,
  server: McpServer,
  tokens: UpstreamTokens,
  isRefused: boolean,
): Promise<UpstreamTokens> {
  const { expires_at_seconds: end, refresh_token: refreshToken } = tokens
  if (!isRefused && (end === undefined || c.get('now') < end)) return tokens
  if (refreshToken === undefined) throw notSignedIn()
  return refreshTokens(c, server, await clientAt(c, server), refreshToken)
}

/** Returns the credential of tokens. */
export function bearer(
  holder: string,
  { access_token: token }: UpstreamTokens,
): UpstreamCredential {
  return { holder, headers: { Authorization: `Bearer ${token}` } }
}

function notSignedIn(): UpstreamError {
  const cause = 'nobody is signed in to the server'
  return new UpstreamError(cause, { cause, is_upstream: false, status_code: 401, retryable: false })
}
