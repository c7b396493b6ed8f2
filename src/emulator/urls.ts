import type { AppContext } from '../request/context'
import { respond } from './respond'

/** Handles `GET /_emulator/urls`: returns the addresses that `npm start` prints. */
export function showUrls(c: AppContext): Response {
  const { team, url } = c.var
  return respond(c, 'GET urls', {
    application: url.origin,
    mcp_server: mcpServer(c),
    team_domain: team.origin,
    console: `${url.origin}/_emulator/`,
    certs: `${team.origin}${team.accessPath}/certs`,
  })
}

/** Returns the address of the MCP server behind Access. */
export function mcpServer(c: AppContext): string {
  return `${c.get('url').origin}/mcp`
}
