import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { connect, type Listed } from './connection'
import { serverCredential } from './credential'
import { failureOf } from './failure'

/**
 * Reads what a server lists now, with the server's own credential, and stores nothing of it.
 *
 * @returns the lists, or why they cannot be read
 */
export async function liveCatalogue(
  c: AppContext,
  server: McpServer,
): Promise<Listed | { failure: string }> {
  const found = await serverCredential(c, server)
  if ('missing' in found) return { failure: 'nobody has signed in to the server for the portal' }
  try {
    const upstream = await connect(c, server, found.credential, { isDiscovered: true })
    try {
      return await upstream.list()
    } finally {
      await upstream.close()
    }
  } catch (error) {
    return { failure: failureOf(error, server).message }
  }
}
