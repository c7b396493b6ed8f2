import type { PortalPlace } from '../mcp/place'
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
