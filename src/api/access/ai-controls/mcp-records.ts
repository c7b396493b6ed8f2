import type { McpPortal } from '../../../mcp/portal'
import type { McpServer } from '../../../mcp/server'
import type { Configuration } from '../../../store/configuration'
import { accepted } from '../../permissions'
import { mcpNotFound } from './mcp-error'

/** The permissions of all operations on servers and portals. */
export const MCP_PERMISSIONS = accepted('mcp-portals')

/** Returns the server with an id. @throws ApiError 404 */
export function requireServer(from: Configuration, id: string | undefined): McpServer {
  const found = from.mcpServers.find((each) => each.id === id)
  if (!found) throw mcpNotFound()
  return found
}

/** Returns the portal with an id. @throws ApiError 404 */
export function requirePortal(from: Configuration, id: string | undefined): McpPortal {
  const found = from.mcpPortals.find((each) => each.id === id)
  if (!found) throw mcpNotFound()
  return found
}
