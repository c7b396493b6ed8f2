import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import type { UpstreamCredential } from './connection'

/** The states of a server that has no credential for a sync. */
type Missing = Pick<McpServer, 'status' | 'last_synced'>

/**
 * Returns the credential of a server itself: for syncs, and for calls that no person's grant is for.
 *
 * Portal: documented [MP61].
 */
export async function serverCredential(
  c: AppContext,
  { credential, last_synced }: McpServer,
): Promise<{ credential: UpstreamCredential } | { missing: Missing }> {
  switch (credential.kind) {
    case 'none':
      return { credential: { holder: 'server', headers: {} } }
    case 'headers':
      return { credential: { holder: 'server', headers: credential.headers } }
    case 'oauth':
      if (!credential.admin || c.get('now') < 0) {
        return { missing: { status: 'waiting', ...(last_synced && { last_synced }) } }
      }
      return {
        credential: {
          holder: 'server',
          headers: { Authorization: `Bearer ${credential.admin.access_token}` },
        },
      }
  }
}
