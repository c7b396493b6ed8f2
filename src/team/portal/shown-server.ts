import type { Mapped } from '../../mcp/curation'
import { needsPerson } from '../../mcp/visibility'
import type { ShownServer } from '../../pages/portal/servers'

/** Returns a server as a page of a portal's servers shows it to a person. */
export function shownServer(mapped: Mapped, isConnected: boolean): ShownServer {
  const { id, name } = mapped.server
  if (!needsPerson(mapped)) return { id, name, connection: 'none-needed' }
  return { id, name, connection: isConnected ? 'connected' : 'needed' }
}
