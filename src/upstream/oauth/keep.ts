import type { OAuthCredential } from '../../mcp/credential'
import type { McpServer } from '../../mcp/server'
import type { AppContext } from '../../request/context'
import { currentConfiguration } from '../../request/prepare'

/** Stores the credential of a server, unless the server has been changed to another kind of credential. */
export async function keepCredential(
  c: AppContext,
  id: string,
  credential: OAuthCredential,
  states: Partial<Pick<McpServer, 'status' | 'authentication_status'>> = {},
): Promise<void> {
  await c.get('emulator').edit(c.get('settings').seed, async (from) => {
    const server = from.mcpServers.find((each) => each.id === id)
    if (server?.credential.kind !== 'oauth') return { edits: [], result: undefined }
    const value = { ...server, ...states, credential }
    return { edits: [{ kind: 'mcpServers', id, value }], result: undefined }
  })
  c.set('configuration', await currentConfiguration(c))
}
