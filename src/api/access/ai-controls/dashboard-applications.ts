import { completeApplication } from '../../../access/application'
import { applicationSchema } from '../../../access/application-schema'
import { stamped } from '../../../access/timestamps'
import type { McpPortal } from '../../../mcp/portal'
import type { McpServer } from '../../../mcp/server'
import type { AppContext } from '../../../request/context'
import type { Configuration, Edit } from '../../../store/configuration'
import { deletion, save } from '../../change'

// Assumed: the policy. An administrator chooses it in the dashboard.
const EVERYBODY = { name: 'Everybody', decision: 'allow', include: [{ everyone: {} }] }

/**
 * Returns the edit that makes the application of a server, as the dashboard does.
 *
 * API: observed [MP21]. The API makes none, and without the application everyone is shown "No allowed servers
 * available".
 */
export function serverApplication(c: AppContext, { id, name }: McpServer): Promise<Edit[]> {
  return made(c, {
    name,
    type: 'mcp',
    destinations: [{ type: 'via_mcp_server_portal', mcp_server_id: id }],
  })
}

/** Returns the edit that makes the application of a portal, as the dashboard does [MP21]. */
export function portalApplication(c: AppContext, { hostname, name }: McpPortal): Promise<Edit[]> {
  return made(c, {
    name,
    type: 'mcp_portal',
    domain: hostname,
    oauth_configuration: {
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
      },
      grant: { access_token_lifetime: '15m', session_duration: '336h' },
    },
  })
}

/** Returns the edits that delete the application of a deleted server or portal, as the dashboard does. */
export function deletedApplications(
  c: AppContext,
  { collections }: Configuration,
  { hostname, id }: McpServer | McpPortal,
): Edit[] {
  if (!c.get('quirks').has('dashboard-portals')) return []
  return collections.applications
    .filter(({ destinations, domain, type }) =>
      type === 'mcp'
        ? destinations.some((each) => 'mcp_server_id' in each && each.mcp_server_id === id)
        : type === 'mcp_portal' && domain === hostname,
    )
    .map((each) => deletion('applications', each.id))
}

async function made(c: AppContext, members: object): Promise<Edit[]> {
  if (!c.get('quirks').has('dashboard-portals')) return []
  const parsed = applicationSchema.parse({ policies: [EVERYBODY], ...members })
  const application = await completeApplication(parsed, () => crypto.randomUUID())
  return [save('applications', stamped(application, c.get('now')))]
}
