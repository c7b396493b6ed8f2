import * as z from 'zod'
import { timestampsOf } from '../../../access/timestamps'
import { mappedServers, mergedOverrides } from '../../../mcp/curation'
import { CODE_MODES, type McpPortal } from '../../../mcp/portal'
import type { Configuration } from '../../../store/configuration'
import { mcpServerResult, mcpServerView } from './mcp-server-view'

/** The schema of a portal in the response to its deletion, which has no servers. */
export const deletedPortalResult = z.looseObject({
  id: z.string(),
  hostname: z.string(),
  name: z.string(),
  code_mode: z.enum(CODE_MODES),
  allow_code_mode: z.boolean(),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})

/** The schema of a portal in a response. */
export const mcpPortalResult = deletedPortalResult.extend({
  servers: z.array(
    mcpServerResult.omit({ updated_tools: true, updated_prompts: true }).extend({
      server_id: z.string(),
      on_behalf: z.boolean(),
      default_disabled: z.boolean(),
    }),
  ),
})

/**
 * Returns a portal as the API shows it: with each server whole, and an entry of overrides for each tool and
 * prompt.
 *
 * API: observed [MP10].
 */
export function mcpPortalView(from: Configuration, portal: McpPortal) {
  const servers = mappedServers(portal, from.mcpServers).map(({ mapping, server }) => ({
    ...mcpServerView(server),
    server_id: mapping.server_id,
    on_behalf: mapping.on_behalf,
    default_disabled: mapping.default_disabled,
    updated_tools: mergedOverrides(server, mapping, 'tools'),
    updated_prompts: mergedOverrides(server, mapping, 'prompts'),
  }))
  return { ...deletedPortalView(portal), servers }
}

/** Returns a portal without its servers. API: documented [MP16]. */
export function deletedPortalView(portal: McpPortal) {
  const { servers: _, created_at: __, updated_at: ___, ...members } = portal
  const { created_at, updated_at: modified_at } = timestampsOf(portal)
  return { ...members, allow_code_mode: portal.code_mode !== 'off', created_at, modified_at }
}
