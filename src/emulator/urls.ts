import { applicationAt, domainsOf } from '../access/application'
import { portalOf } from '../mcp/place'
import { isLoopback } from '../oauth/loopback'
import type { AppContext } from '../request/context'
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
    portals: portals(c),
  })
}

/** Returns the address of the MCP server behind Access. */
export function mcpServer(c: AppContext): string {
  return `${c.get('url').origin}/mcp`
}

// Returns what a client of each portal is given. A name below `.localhost` resolves on most machines only, so
// the address with a path is given for it.
function portals(c: AppContext): { id: string; url: string }[] {
  const { applications, mcpPortals } = c.get('configuration')
  const { port, protocol } = c.get('url')
  const at = port && `:${port}`
  // Behind a tunnel, every host of this machine stands for the public one.
  const isPublic = c.get('settings').PUBLIC_URL !== undefined
  const reachable = mcpPortals.filter(({ hostname }) => !isPublic || !isLoopback(hostname))
  return reachable.map((portal) => {
    const { hostname, id } = portal
    const path = `localhost/portals/${id}`
    const hasPath =
      !isPublic &&
      applications.some((each) => portalOf([portal], each) && domainsOf(each).includes(path))
    const url = hasPath
      ? `${protocol}//localhost${at}/portals/${id}`
      : `${protocol}//${hostname}${at}`
    return { id, url: `${url}/mcp` }
  })
}
