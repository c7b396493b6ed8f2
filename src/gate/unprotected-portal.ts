import { unprotectedPortalAt } from '../mcp/place'
import { OAuthError } from '../oauth/errors'
import type { AppContext } from '../request/context'

/**
 * Refuses a request to the hostname of a portal that has no application.
 *
 * Portal: observed [MP21], that it cannot be reached. Not like Cloudflare: a refusal that says why, where the
 * real edge has no DNS record, or responds with 522.
 *
 * @throws OAuthError
 */
export function refuseUnprotectedPortal(c: AppContext): void {
  const portal = unprotectedPortalAt(c.get('configuration'), c.get('url'))
  if (!portal) return
  const { hostname, id } = portal
  throw new OAuthError(
    'portal_unreachable',
    `${hostname} is the hostname of the MCP portal ${id}, and no Access application of type mcp_portal has it as domain`,
    {
      status: 522,
      hint: {
        rule: 'MP21',
        why: `The API creates the portal ${id} without a DNS record and without an Access application. The dashboard creates both.`,
        change: `Create an application of type mcp_portal with the domain ${hostname}, or switch on the quirk dashboard-portals before you create the portal.`,
      },
    },
  )
}
