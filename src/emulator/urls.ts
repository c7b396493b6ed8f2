import { applicationAt } from '../access/application'
import type { AppContext } from '../request/context'
import { portalEndpoint } from './portals/portal'
import { respond } from './respond'

/**
 * Handles `GET /_emulator/urls`: returns the addresses of the emulator, and the values with which a server
 * verifies assertions.
 */
export function showUrls(c: AppContext): Response {
  const { configuration, team, url } = c.var
  const application = applicationAt(configuration.applications, new URL(mcpServer(c)))
  return respond(c, 'GET urls', {
    application: url.origin,
    mcp_server: mcpServer(c),
    team_domain: team.origin,
    console: `${url.origin}/_emulator/`,
    api: `${url.origin}/client/v4`,
    issuer: team.origin,
    aud: application?.aud ?? null,
    certs: `${team.origin}${team.accessPath}/certs`,
    portals: configuration.mcpPortals.map((portal) => ({
      id: portal.id,
      url: portalEndpoint(c, portal),
    })),
  })
}

/** Returns the address of the MCP server behind Access. */
export function mcpServer(c: AppContext): string {
  return `${c.get('url').origin}/mcp`
}
