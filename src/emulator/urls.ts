import type { AppContext } from '../request/context'
import { respond } from './respond'

/** `GET /_emulator/urls`: where things are, for who starts the emulator and says so. */
export function showUrls(c: AppContext): Response {
  const { team, url } = c.var
  return respond(c, 'GET urls', {
    application: url.origin,
    mcp_server: `${url.origin}/mcp`,
    team_domain: team.origin,
    console: `${url.origin}/_emulator/`,
  })
}
