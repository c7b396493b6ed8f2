import * as z from 'zod'
import { emailSchema, seededIdentity } from '../../access/identity'
import { PEOPLE_PICKER } from '../../access/identity-provider'
import type { Subject } from '../../access/rule-kinds'
import type { McpPortal } from '../../mcp/portal'
import { decidedServers, exposedTo, seenServers } from '../../mcp/visibility'
import type { AppContext } from '../../request/context'
import { reasonFor, verdictOf, whereFrom } from '../../request/judge'
import { invalidMember } from '../body'
import { respond } from '../respond'
import { requireServiceToken } from '../service-token'
import { portalApplication, requirePortal } from './portal'
import { seenView } from './seen'

export const sightQuery = z
  .strictObject({ email: emailSchema.optional(), service_token: z.string().min(1).optional() })
  .refine(({ email, service_token }) => (email === undefined) !== (service_token === undefined), {
    error: 'expected either email or service_token',
  })
type Wanted = z.infer<typeof sightQuery>

/**
 * Handles `GET /_emulator/portals/{id}/sees`: returns what a person or service token would see that connected a
 * new client now. It changes nothing, and sends nothing to the servers.
 *
 * @throws OAuthError `invalid_request`, or 404
 */
export function showSight(c: AppContext): Response {
  const portal = requirePortal(c)
  const query = sightQuery.safeParse(c.req.query())
  if (!query.success) throw invalidMember(query.error, 'the query', sightQuery)
  const subject = subjectOf(c, query.data)
  const { configuration } = c.var
  const decided = decidedServers(configuration, portal, subject).map(
    ({ because, mapped: { server } }) => [server.id, because === undefined] as const,
  )
  const seen = seenServers(configuration, portal, {
    subject,
    decided: query.data.email === undefined ? undefined : Object.fromEntries(decided),
    // A new client begins without any sign-in at a server, and with every server switched on.
    connected: new Set(),
    toggles: {},
  })
  return respond(c, 'GET portals/{id}/sees', {
    portal: portal.id,
    ...query.data,
    ...admission(c, portal, subject),
    servers: seen.map((each) => seenView(c, each, subject)),
    tools: exposedTo(seen, 'tools').map(({ name }) => name),
    prompts: exposedTo(seen, 'prompts').map(({ name }) => name),
  })
}

function subjectOf(c: AppContext, { email, service_token: wanted }: Wanted): Subject {
  if (wanted === undefined) {
    const identity = seededIdentity(c.get('settings').PEOPLE, email ?? '', PEOPLE_PICKER)
    return { identity, ...whereFrom(c) }
  }
  const { client_id: commonName, id, name } = requireServiceToken(c, wanted)
  return { serviceToken: { id, name, commonName }, ...whereFrom(c) }
}

function admission(c: AppContext, portal: McpPortal, subject: Subject) {
  const application = portalApplication(c, portal)
  if (!application) {
    const why = `No Access application of type mcp_portal has the domain ${portal.hostname}, so nobody reaches the portal.`
    return { admitted: false, why }
  }
  const verdict = verdictOf(c, application, subject)
  const { why } = reasonFor(c, application, subject, verdict)
  return { admitted: verdict.decision !== 'deny', why }
}
