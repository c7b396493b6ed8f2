import { type PortalPlace, unprotectedPortalAt } from '../mcp/place'
import { OAuthError } from '../oauth/errors'
import { isEndpoint, respondAdmitted, respondPublic } from '../portal'
import type { AppContext } from '../request/context'
import { note, reportDecision } from '../request/events'
import type { NotAdmitted } from './admission'
import { admit } from './admit'
import { challengeRequest } from './challenge'

/**
 * Protects an MCP portal, which is the origin behind its application. Its home page and the addresses that
 * lead to the team domain are public.
 *
 * Portal: observed [MP25].
 */
export async function protectPortal(c: AppContext, place: PortalPlace): Promise<Response> {
  const { application } = place
  note(c, { application: { id: application.id, name: application.name } })
  const open = respondPublic(c, place)
  if (open) return open
  const isPortal = isEndpoint(place, c.get('url'))
  const decision = await admit(c, application)
  if (!('admission' in decision)) return challengeRequest(c, application, decision, { isPortal })
  const portal = place.portal.id
  reportDecision(c, { kind: 'admission', outcome: 'allowed', ...decision.event, portal })
  const response = await respondAdmitted(c, place, decision.admission)
  return response ?? challengeRequest(c, application, NOT_FOR_BROWSERS, { isPortal })
}

// Assumed: the cookie of a browser does not admit to the endpoint.
const NOT_FOR_BROWSERS: NotAdmitted = {
  service: undefined,
  refusal: {
    credential: 'application-token',
    rule: 'MP57',
    why: 'The MCP endpoint of a portal accepts an access token or a service token, not the token of a browser.',
    change: 'Send the access token from the token endpoint.',
  },
}

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
