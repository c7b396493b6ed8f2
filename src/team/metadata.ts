import { serverMetadata } from '../access/metadata'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'

/** Handles `GET /.well-known/oauth-authorization-server` [M9]. */
export function metadata(c: AppContext): Response {
  const team = c.get('team')
  reportDecision(c, {
    kind: 'discovery',
    document: 'authorization-server',
    place: 'rfc-8414',
    of: 'team-domain',
    rule: 'M9',
    why: `The metadata of the authorization server ${team.origin}.`,
  })
  // The endpoints' path depends on the Origin header, see `reachablePath`.
  c.header('Vary', 'Origin')
  const { applications } = c.get('configuration')
  const sendsIssuer = c.get('quirks').has('iss-in-response')
  return c.json(serverMetadata(team, applications, { sendsIssuer }))
}
