import { ProtocolError } from '@modelcontextprotocol/server'
import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { failureOf } from '../upstream/failure'
import { type PortalCaller, seenBy } from './caller'
import { requestUpstream } from './calls'
import { logCall } from './log'

const NOT_FOUND = -32602

type Listed = { server: McpServer; items: Record<string, unknown>[] }

/**
 * Lists the resources of every server that the caller sees, live.
 *
 * Portal: documented [MP55]. A server that fails is left out.
 */
export async function listResources(c: AppContext, caller: PortalCaller) {
  const all = await listedBy(c, caller, 'resources/list', 'resources')
  return { resources: all.flatMap(({ items }) => items) }
}

/** Lists the resource templates of every server that the caller sees, live. */
export async function listTemplates(c: AppContext, caller: PortalCaller) {
  const all = await listedBy(c, caller, 'resources/templates/list', 'resourceTemplates')
  return { resourceTemplates: all.flatMap(({ items }) => items) }
}

/**
 * Reads a resource of the first server that lists its URI. If none does, it may be made from a template, so
 * each server is asked.
 *
 * Assumed: how equal URIs of two servers are told apart.
 */
export async function readResource(c: AppContext, caller: PortalCaller, uri: string) {
  const all = await listedBy(c, caller, 'resources/list', 'resources')
  const owner = all.find(({ items }) => items.some((each) => each.uri === uri))
  const servers = owner ? [owner.server] : all.map(({ server }) => server)
  for (const server of servers) {
    const log = logCall(c, caller, server, 'resources/read', { ResourceReadURI: uri })
    try {
      const result = await requestUpstream(c, caller, { server }, 'resources/read', { uri })
      log()
      return result
    } catch (error) {
      log(failureOf(error, server).message)
    }
  }
  // MCP 2026-07-28: the error names the URI.
  throw new ProtocolError(NOT_FOUND, `Resource ${uri} not found`, { uri })
}

async function listedBy(
  c: AppContext,
  caller: PortalCaller,
  method: string,
  member: string,
): Promise<Listed[]> {
  const servers = seenBy(c, caller).filter(({ because }) => because === undefined)
  const all = await Promise.all(
    servers.map(async ({ server }): Promise<Listed | undefined> => {
      try {
        const { [member]: items } = await requestUpstream(c, caller, { server }, method, {})
        return { server, items: Array.isArray(items) ? items : [] }
      } catch {
        return undefined
      }
    }),
  )
  return all.filter((each) => each !== undefined)
}
