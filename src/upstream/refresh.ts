import type { UpstreamTokens } from '../mcp/credential'
import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { clientAt } from './oauth/registration'
import { refreshTokens } from './oauth/tokens'

/** A grant at a server: the administrator's, or a person's. */
type UpstreamGrant = {
  /** As in the credential of a request. */
  holder: string
  /** The tokens that this request knows. Another one may have refreshed them meanwhile. */
  known: UpstreamTokens
  /** An access token that the server refused. */
  refused: string | undefined
  find(): Promise<UpstreamTokens | undefined>
  keep(tokens: UpstreamTokens): Promise<void>
}

/**
 * Returns the tokens of a grant, or new ones if they have expired or were refused; undefined if there are none.
 *
 * One of several requests refreshes, and the others wait for it: a server that rotates refresh tokens revokes the
 * grant if one is used twice (RFC 9700 4.14.2).
 */
export async function usableTokens(
  c: AppContext,
  server: McpServer,
  grant: UpstreamGrant,
): Promise<UpstreamTokens | undefined> {
  if (isUsable(c, grant.known, grant)) return grant.known
  if (grant.known.refresh_token === undefined) return undefined
  const tokens = renewedOnce(c, server, grant)
  // The new tokens are stored even if the client has gone.
  c.executionCtx.waitUntil(tokens.catch(() => undefined))
  return tokens
}

function isUsable(
  c: AppContext,
  { access_token: token, expires_at_seconds: end }: UpstreamTokens,
  { refused }: UpstreamGrant,
): boolean {
  return token !== refused && (end === undefined || c.get('now') < end)
}

async function renewedOnce(
  c: AppContext,
  server: McpServer,
  grant: UpstreamGrant,
): Promise<UpstreamTokens | undefined> {
  const { portals } = c.get('emulator')
  const key = JSON.stringify([c.get('stores').epoch, server.id, grant.holder])
  const turn = await portals.beginRefresh(key)
  if (turn !== 'begun') return turn === 'renewed' ? grant.find() : undefined
  let tokens: UpstreamTokens | undefined
  try {
    tokens = await renewed(c, server, grant)
    return tokens
  } finally {
    await portals.endRefresh(key, tokens ? 'renewed' : 'failed')
  }
}

async function renewed(
  c: AppContext,
  server: McpServer,
  grant: UpstreamGrant,
): Promise<UpstreamTokens | undefined> {
  const stored = await grant.find()
  if (!stored || isUsable(c, stored, grant)) return stored
  const { refresh_token: refreshToken } = stored
  if (refreshToken === undefined) return undefined
  const tokens = await clientAt(c, server)
    .then((client) => refreshTokens(c, server, client, refreshToken))
    .catch(() => undefined)
  if (tokens) await grant.keep(tokens)
  return tokens
}
