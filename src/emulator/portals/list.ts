import { currentIdentity, seededIdentity } from '../../access/identity'
import { PEOPLE_PICKER } from '../../access/identity-provider'
import type { Subject } from '../../access/rule-kinds'
import type { McpPortal } from '../../mcp/portal'
import { seenServers } from '../../mcp/visibility'
import type { AppContext } from '../../request/context'
import { whereFrom } from '../../request/judge'
import type { PortalGrant } from '../../store/emulator/portal-state'
import { respond } from '../respond'
import type { Responses } from '../responses'
import { portalApplication, portalEndpoint } from './portal'
import { seenView } from './seen'

type PortalView = Responses['GET portals']['portals'][number]
type Caller = PortalView['callers'][number]

/**
 * Handles `GET /_emulator/portals`: lists the portals with their callers, and for each caller every server
 * with the reason if it is hidden.
 */
export async function showPortals(c: AppContext): Promise<Response> {
  const { mcpPortals } = c.get('configuration')
  const portals = await Promise.all(mcpPortals.map((portal) => portalView(c, portal)))
  return respond(c, 'GET portals', { portals })
}

async function portalView(c: AppContext, portal: McpPortal): Promise<PortalView> {
  const { grants, sessions } = await c.get('emulator').portals.holders(portal.id)
  const callers = await Promise.all(
    grants.map(async ({ id, grant }) => {
      const who = await whoHolds(c, id, grant)
      const own = sessions.filter(({ holder }) => holder === id)
      // The switches of clients without sessions. They matter only if there was such a client.
      const isUsed = own.length === 0 || Object.keys(grant.toggles).length > 0
      const states = [...(isUsed ? [{ toggles: grant.toggles }] : []), ...own]
      return states.map((state): Caller => {
        const session = 'protocolVersion' in state ? { session: state.protocolVersion } : {}
        return { ...who.view, ...session, servers: serversOf(c, portal, grant, who.subject, state) }
      })
    }),
  )
  return {
    id: portal.id,
    name: portal.name,
    url: portalEndpoint(c, portal),
    application: portalApplication(c, portal)?.name ?? null,
    servers: portal.servers.map(({ server_id: id }) => id),
    callers: callers.flat(),
  }
}

function serversOf(
  c: AppContext,
  portal: McpPortal,
  { connections, decided, email }: PortalGrant,
  subject: Subject,
  { toggles }: Pick<PortalGrant, 'toggles'>,
) {
  const seen = seenServers(c.get('configuration'), portal, {
    subject,
    decided: email === undefined ? undefined : decided,
    connected: new Set(Object.keys(connections)),
    toggles,
  })
  return seen.map((each) => seenView(c, each, subject))
}

// Returns a holder's person and client, or its service token.
async function whoHolds(c: AppContext, id: string, { email }: PortalGrant) {
  const { configuration, settings, stores } = c.var
  const where = whereFrom(c)
  if (email === undefined) {
    const token = configuration.serviceTokens.find((each) => id.endsWith(`:${each.id}`))
    const name = token?.name ?? id
    const serviceToken = { id: token?.id ?? '', name, commonName: token?.client_id ?? '' }
    return { view: { id, service_token: name }, subject: { serviceToken, ...where } }
  }
  const grant = (await stores.grants.view(id))?.grant
  const identity = grant
    ? currentIdentity(settings.PEOPLE, grant.identity)
    : seededIdentity(settings.PEOPLE, email, PEOPLE_PICKER)
  const client = grant && (await stores.clients.find(grant.clientId))
  return {
    view: {
      id,
      email,
      ...(grant && { client: { id: grant.clientId, ...(client?.name && { name: client.name }) } }),
    },
    subject: { identity, ...where },
  }
}
