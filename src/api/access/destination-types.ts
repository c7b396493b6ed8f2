import type { StoredApplication } from '../../access/application'
import { isPublic } from '../../access/application-schema'
import { invalidRequest } from '../error'

/**
 * Rejects destinations that the type of an application cannot have: only an application of type `mcp` is
 * reached through an MCP portal, and it has no hostname of its own.
 *
 * Access: observed [MP22], for `mcp_portal`. Access: reported, for `mcp` and `self_hosted`.
 *
 * @throws ApiError 12130
 */
export function checkDestinationTypes({ destinations, type }: StoredApplication): void {
  destinations.forEach((each, index) => {
    const pointer = `/destinations/${index}`
    const isThroughPortal = each.type === 'via_mcp_server_portal'
    if (isThroughPortal && type !== 'mcp') {
      throw invalidRequest(
        `a via_mcp_server_portal destination needs type mcp, not ${type}`,
        pointer,
      )
    }
    if (isPublic(each) && type === 'mcp' && each.uri.includes('/')) {
      throw invalidRequest('an application of type mcp cannot have a path', pointer)
    }
  })
}
