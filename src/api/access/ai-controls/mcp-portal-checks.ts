import { overrideProblem } from '../../../mcp/override'
import type { McpPortal } from '../../../mcp/portal'
import type { Configuration } from '../../../store/configuration'
import { invalidMember } from './mcp-error'

// Portal: documented.
const MOST_SERVERS = 80

/**
 * Checks a portal against the other records: its hostname must be free, each server must exist and be listed
 * once, and the overrides must fit the catalogue of their server.
 *
 * @throws ApiError 7001
 */
export function checkPortal(from: Configuration, portal: McpPortal): void {
  const { hostname, servers } = portal
  const others = from.mcpPortals.filter(({ id }) => id !== portal.id)
  // API: reported [MP15]. Assumed: the rest of the sentence, and the code.
  if (others.some((each) => each.hostname === hostname)) {
    throw invalidMember(`${hostname} is already in use in a different MCP Portal`, 'hostname')
  }
  if (servers.length > MOST_SERVERS) {
    throw invalidMember(`Array must contain at most ${MOST_SERVERS} element(s)`, 'servers')
  }
  const ids = servers.map(({ server_id: id }) => id)
  servers.forEach((mapping, index) => {
    const invalid = (message: string, ...path: (string | number)[]) =>
      invalidMember(message, 'servers', index, ...path)
    const server = from.mcpServers.find(({ id }) => id === mapping.server_id)
    if (!server) throw invalid(`The server ${mapping.server_id} does not exist`, 'server_id')
    if (ids.indexOf(server.id) !== index) {
      throw invalid(`The server ${server.id} is listed twice`, 'server_id')
    }
    for (const list of ['tools', 'prompts'] as const) {
      const problem = overrideProblem(mapping[`updated_${list}`], server[list])
      if (problem) {
        throw invalid(problem.message, `updated_${list}`, problem.index, problem.member)
      }
    }
  })
}
