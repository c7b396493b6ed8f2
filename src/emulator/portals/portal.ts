import { addressOf, portalOf } from '../../mcp/place'
import type { McpPortal } from '../../mcp/portal'
import type { AppContext } from '../../request/context'
import { notFound } from '../not-found'

/** Returns the portal with an id. @throws OAuthError 404 */
export function requirePortal(c: AppContext): McpPortal {
  const id = c.req.param('id') ?? ''
  const found = c.get('configuration').mcpPortals.find((each) => each.id === id)
  if (found) return found
  throw notFound(`portal ${id}`, 'GET /_emulator/portals lists the portals')
}

/** Returns the application that protects a portal. */
export function portalApplication(c: AppContext, portal: McpPortal) {
  return c
    .get('configuration')
    .applications.find((each) => each.type === 'mcp_portal' && portalOf([portal], each))
}

/** Returns the endpoint that a client of a portal is given. */
export function portalEndpoint(c: AppContext, portal: McpPortal): string {
  const { configuration, url } = c.var
  return `${addressOf(configuration.applications, portal, url)}/mcp`
}
