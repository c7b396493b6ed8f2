import { serverMetadata } from '../access/metadata'
import type { AppContext } from '../env'

/** `GET /.well-known/oauth-authorization-server` [M9]. */
export function metadata(c: AppContext): Response {
  // The endpoints' path depends on who asks, see `reachablePath`.
  c.header('Vary', 'Origin')
  return c.json(serverMetadata(c.var.team, c.var.configuration.applications))
}
