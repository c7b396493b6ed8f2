import type { UpstreamTokens } from '../mcp/credential'
import type { Mapped } from '../mcp/curation'
import { isOAuthUndetected, type McpServer, OAUTH_NOT_DETECTED } from '../mcp/server'
import { needsPerson } from '../mcp/visibility'
import type { AppContext } from '../request/context'
import type { PortalGrant } from '../store/emulator/portal-state'
import type { UpstreamCredential } from './connection'
import { keepCredential, storedTokens } from './oauth/keep'
import { usableTokens } from './refresh'
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
 * @param refused an access token that the server refused, so it is refreshed although it has not expired
 */
export async function serverCredential(
  c: AppContext,
  server: McpServer,
  refused?: string,
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
      const tokens = await usableTokens(c, server, {
        holder: 'server',
        known: admin,
        refused,
        find: () => storedTokens(c, server.id),
        keep: (next) => keepCredential(c, server.id, (stored) => ({ ...stored, admin: next })),
      })
      if (tokens) return { credential: bearer('server', tokens) }
      const stale = { status: 'stale', authentication_status: 'stale' } as const
      await keepCredential(c, server.id, (stored) => stored, stale)
      return { missing: stale }
    }
  }
}

/**
 * Returns the credential of a call: the person's, or the server's own.
 *
 * Portal: observed [MP73]. Portal: documented [MP74]. A person's tokens are refreshed by the portal.
 *
 * @param refused as above
 * @throws UpstreamError 401 if the person, or the administrator, has to sign in to the server
 */
export async function callCredential(
  c: AppContext,
  mapped: Mapped,
  { holder, kept }: Holder,
  refused?: string,
): Promise<UpstreamCredential> {
  const { server } = mapped
  if (!needsPerson(mapped)) {
    const found = await serverCredential(c, server, refused)
    if ('missing' in found) throw notSignedIn()
    return found.credential
  }
  const known = tokensOf(mapped, kept)
  if (!known) throw notSignedIn()
  const { portals } = c.get('emulator')
  const tokens = await usableTokens(c, server, {
    holder,
    known,
    refused,
    find: async () => {
      const stored = await portals.find('grant', holder)
      return stored && tokensOf(mapped, stored)
    },
    keep: async (next) => {
      await portals.merge('grant', holder, { connections: { [server.id]: next } })
    },
  })
  if (!tokens) throw notSignedIn()
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
  mapped: Mapped,
  holder: Holder,
  { token }: UpstreamCredential,
): Promise<UpstreamCredential | undefined> {
  if (tokensOf(mapped, holder.kept)?.refresh_token === undefined) return undefined
  try {
    return await callCredential(c, mapped, holder, token)
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

/** Returns the credential of tokens. */
export function bearer(
  holder: string,
  { access_token: token }: UpstreamTokens,
): UpstreamCredential {
  return { holder, headers: { Authorization: `Bearer ${token}` }, token }
}

function notSignedIn(): UpstreamError {
  const cause = 'nobody is signed in to the server'
  return new UpstreamError(cause, { cause, is_upstream: false, status_code: 401, retryable: false })
}
