import { describedBy, SERVER_METADATA, withoutSlash } from '../access/metadata'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { serverMetadataFor } from '../request/server-metadata'

/** Handles `GET /.well-known/oauth-authorization-server` [M9]. */
export async function metadata(c: AppContext): Promise<Response> {
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
  const issuer = describedBy(c.get('url'), SERVER_METADATA)
  return c.json(await serverMetadataFor(c, withoutSlash(issuer), {}))
}
