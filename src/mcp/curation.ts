import type { Definition, Override } from './override'
import type { Mapping, McpPortal } from './portal'
import type { McpServer } from './server'

/** The two lists of a catalogue. */
export type Capability = 'tools' | 'prompts'

/** A tool or prompt that clients see. */
export type Exposed = {
  server: McpServer
  /** The name that clients see: `<server id>_<name or alias>`. */
  name: string
  /** The name by which its server knows it. */
  upstreamName: string
  /** The stored definition, with the exposed name and description. */
  definition: Definition
}

/** The overrides of a tool or prompt, as a portal shows them. API: documented [MP10]. */
export type MergedOverride = {
  name: string
  enabled: boolean
  server_alias?: string
  server_description?: string
  portal_alias?: string
  portal_description?: string
}

/**
 * Returns the overrides of a server in a portal: an entry for each tool or prompt, in the order of the
 * catalogue. An override whose tool no longer exists has no effect.
 *
 * API: observed [MP10]. API: documented [MP44], `default_disabled`.
 */
export function mergedOverrides(
  server: McpServer,
  mapping: Mapping,
  capability: Capability,
): MergedOverride[] {
  return server[capability].map(({ name }) => {
    const own = overrideOf(server[`updated_${capability}`], name)
    const portal = overrideOf(mapping[`updated_${capability}`], name)
    const byServer = mapping.default_disabled ? false : (own?.enabled ?? true)
    return {
      name,
      enabled: portal?.enabled ?? byServer,
      ...(own?.alias !== undefined && { server_alias: own.alias }),
      ...(own?.description !== undefined && { server_description: own.description }),
      ...(portal?.alias !== undefined && { portal_alias: portal.alias }),
      ...(portal?.description !== undefined && { portal_description: portal.description }),
    }
  })
}

/**
 * Returns the tools or prompts of a server that a portal exposes.
 *
 * Portal: documented [MP41, MP42]. An alias replaces the part after the prefix; the portal's override comes
 * before the server's, and the server's before the definition. Portal: observed [MP45]. Everything else
 * is the stored definition.
 */
export function exposed(server: McpServer, mapping: Mapping, capability: Capability): Exposed[] {
  return mergedOverrides(server, mapping, capability).flatMap((override, index): Exposed[] => {
    const stored = server[capability][index]
    if (!override.enabled || !stored) return []
    const name = `${server.id}_${override.portal_alias ?? override.server_alias ?? override.name}`
    const description = override.portal_description ?? override.server_description
    const definition = { ...stored, name, ...(description !== undefined && { description }) }
    return [{ server, name, upstreamName: override.name, definition }]
  })
}

/** A server of a portal, with its mapping. */
export type Mapped = { server: McpServer; mapping: Mapping }

/** Returns the servers of a portal in the order of its mapping. */
export function mappedServers(portal: McpPortal, servers: readonly McpServer[]): Mapped[] {
  return portal.servers.flatMap((mapping) => {
    const server = servers.find(({ id }) => id === mapping.server_id)
    return server ? [{ server, mapping }] : []
  })
}

// A tool of a server with the name of one of the portal's own tools could not be called. Assumed: it is not
// shown.
const OWN_TOOLS = [
  ...['portal_list_servers', 'portal_toggle_servers', 'portal_toggle_single_server'],
  ...['portal_query_tools', 'portal_execute', 'portal_codemode_search', 'portal_codemode_execute'],
]

/**
 * Returns everything that a portal exposes, whoever asks. A name belongs to one server: if the tool `b_c`
 * of `a` and the tool `c` of `a_b` both become `a_b_c`, the server that comes first in the portal has it,
 * also while that server is hidden. So no name is ever routed to another server than the one that
 * the client saw.
 */
export function exposedBy(mapped: readonly Mapped[], capability: Capability): Exposed[] {
  const names = new Set(capability === 'tools' ? OWN_TOOLS : [])
  return mapped
    .flatMap(({ mapping, server }) => exposed(server, mapping, capability))
    .filter(({ name }) => {
      const isFirst = !names.has(name)
      names.add(name)
      return isFirst
    })
}

function overrideOf(overrides: readonly Override[], name: string): Override | undefined {
  return overrides.find((each) => each.name === name)
}
