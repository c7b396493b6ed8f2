import type { z } from 'zod'
import type { mappingSchema, portalSchema } from '../mcp/portal.ts'
import type { serverSchema } from '../mcp/server.ts'

/** A server of a portal, with the members of Cloudflare's API for the server and for its entry in the portal. */
export type PortalServer = Omit<Partial<z.input<typeof serverSchema>>, 'id' | 'hostname'> &
  Omit<Partial<z.input<typeof mappingSchema>>, 'server_id'> & {
    id: string
    /** The server's MCP endpoint: `http://localhost:3001/mcp`. */
    url: string | URL
  }

/** An MCP portal, with the members of Cloudflare's API. By default, its `hostname` is below `.localhost`. */
export type Portal = Omit<Partial<z.input<typeof portalSchema>>, 'servers'> & {
  name: string
  servers: PortalServer[]
}

// The members of a server's entry in a portal.
const MAPPING = ['on_behalf', 'default_disabled']

/** Returns the settings of the option `portals`. A server that several portals have is taken once. */
export function portalSettings(portals: Portal[]): {
  MCP_SERVERS: object[]
  MCP_PORTALS: object[]
} {
  const servers = new Map<string, object>()
  const entries = portals.map(({ servers: own, ...portal }, index) => {
    for (const { id, url, ...rest } of own) {
      const members = Object.entries(rest).filter(([name]) => !MAPPING.includes(name))
      const defaults = { id, name: id, hostname: String(url), auth_type: 'unauthenticated' }
      servers.set(id, { ...defaults, ...Object.fromEntries(members) })
    }
    const id = portal.id ?? `portal${index + 1}`
    return {
      id,
      hostname: `${id.replaceAll('_', '-')}.localhost`,
      ...portal,
      servers: own.map((each) => ({
        server_id: each.id,
        ...Object.fromEntries(Object.entries(each).filter(([name]) => MAPPING.includes(name))),
      })),
    }
  })
  return { MCP_SERVERS: [...servers.values()], MCP_PORTALS: entries }
}
