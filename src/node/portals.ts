import type { Portal } from './options.ts'

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
