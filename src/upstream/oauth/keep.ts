import type { OAuthCredential, UpstreamTokens } from '../../mcp/credential'
import type { McpServer } from '../../mcp/server'
import type { AppContext } from '../../request/context'
import { currentConfiguration } from '../../request/prepare'

/**
 * Changes the stored credential of a server, unless the server has been changed to another kind of credential.
 *
 * @param change returns the new credential from the stored one, which others may have changed meanwhile
 */
export async function keepCredential(
  c: AppContext,
  id: string,
  change: (stored: OAuthCredential) => OAuthCredential,
  states: Partial<Pick<McpServer, 'status' | 'authentication_status'>> = {},
): Promise<void> {
  await c.get('emulator').edit(c.get('settings').seed, async (from) => {
    const server = from.mcpServers.find((each) => each.id === id)
    if (server?.credential.kind !== 'oauth') return { edits: [], result: undefined }
    const value = { ...server, ...states, credential: change(server.credential) }
    return { edits: [{ kind: 'mcpServers', id, value }], result: undefined }
  })
  c.set('configuration', await currentConfiguration(c))
}

/** Returns the stored tokens of the administrator at a server, also those that another isolate has just stored. */
export function storedTokens(c: AppContext, id: string): Promise<UpstreamTokens | undefined> {
  return c.get('emulator').edit(c.get('settings').seed, async (from) => {
    const server = from.mcpServers.find((each) => each.id === id)
    const result = server?.credential.kind === 'oauth' ? server.credential.admin : undefined
    return { edits: [], result }
  })
}
