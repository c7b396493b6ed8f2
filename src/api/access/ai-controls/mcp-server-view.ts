import * as z from 'zod'
import { timestampsOf } from '../../../access/timestamps'
import { credentialSummary } from '../../../mcp/credential'
import { definitionSchema, overridesSchema } from '../../../mcp/override'
import type { McpServer } from '../../../mcp/server'

/** The schema of a server in a response. */
export const mcpServerResult = z.looseObject({
  id: z.string(),
  name: z.string(),
  hostname: z.string(),
  auth_type: z.enum(['oauth', 'bearer', 'unauthenticated']),
  tools: z.array(definitionSchema),
  prompts: z.array(definitionSchema),
  updated_tools: overridesSchema,
  updated_prompts: overridesSchema,
  status: z.enum(['waiting', 'ready', 'stale', 'error']),
  created_at: z.iso.datetime(),
  modified_at: z.iso.datetime(),
})

/**
 * Returns a server as the API shows it, without its credential.
 *
 * API: documented [MP1].
 */
export function mcpServerView(server: McpServer) {
  const { credential, created_at: _, updated_at: __, ...members } = server
  const { created_at, updated_at: modified_at } = timestampsOf(server)
  return { ...members, auth_config_summary: credentialSummary(credential), created_at, modified_at }
}
