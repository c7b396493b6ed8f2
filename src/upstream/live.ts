import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { type Catalogue, connect } from './connection'
import { serverCredential } from './credential'
import { failureOf } from './failure'

/** The current lists of a server. */
export type LiveCatalogue = Catalogue & {
  /** The URIs of its resources, which no sync stores. */
  resources: string[]
}

/**
 * Reads what a server lists now, with the server's own credential, and stores nothing of it.
 *
 * @returns the lists, or why they cannot be read
 */
export async function liveCatalogue(
  c: AppContext,
  server: McpServer,
): Promise<LiveCatalogue | { failure: string }> {
  const found = await serverCredential(c, server)
  if ('missing' in found) return { failure: 'nobody has signed in to the server for the portal' }
  try {
    const upstream = await connect(c, server, found.credential, { isDiscovered: true })
    try {
      const catalogue = await upstream.catalogue()
      const listed = upstream.has('resources') ? await upstream.request('resources/list', {}) : {}
      return { ...catalogue, resources: urisOf(listed.resources) }
    } finally {
      await upstream.close()
    }
  } catch (error) {
    return { failure: failureOf(error, server).message }
  }
}

function urisOf(items: unknown): string[] {
  const all: unknown[] = Array.isArray(items) ? items : []
  return all.map((each) => String((each as { uri?: unknown } | null)?.uri ?? ''))
}
