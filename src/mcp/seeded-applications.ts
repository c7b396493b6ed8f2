import { completeApplication, domainsOf, type StoredApplication } from '../access/application'
import { applicationSchema } from '../access/application-schema'
import { stableUuid } from '../access/identity'
import type { McpPortal } from './portal'
import type { McpServer } from './server'
import { serverApplication } from './visibility'

const EVERYBODY = { name: 'Everybody', decision: 'allow', include: [{ everyone: {} }] }

/**
 * Returns the Access applications of the portals and servers of the settings that have none, as the
 * dashboard makes them: with a policy for everybody.
 *
 * Not like Cloudflare: the application of a portal also has the domain `localhost/portals/<id>`, for machines
 * that do not resolve the hostname.
 */
export async function seededApplications(
  applications: readonly StoredApplication[],
  portals: readonly McpPortal[],
  servers: readonly McpServer[],
): Promise<StoredApplication[]> {
  const ofServers = servers
    .filter(({ id }) => !serverApplication(applications, id))
    .map(({ id, name }) => ({
      name,
      type: 'mcp',
      destinations: [{ type: 'via_mcp_server_portal', mcp_server_id: id }],
    }))
  const ofPortals = portals
    .filter(({ hostname }) => !applications.some((each) => domainsOf(each).includes(hostname)))
    .map(({ hostname, id, name }) => ({
      name,
      type: 'mcp_portal',
      destinations: [
        { type: 'public', uri: hostname },
        { type: 'public', uri: `localhost/portals/${id}` },
      ],
      oauth_configuration: {
        grant: { access_token_lifetime: '15m', session_duration: '336h' },
      },
    }))
  return Promise.all(
    [...ofPortals, ...ofServers].map((members) => {
      const parsed = applicationSchema.parse({ policies: [EVERYBODY], ...members })
      return completeApplication(parsed, (what) =>
        stableUuid(`${what}:${members.type}:${members.name}`),
      )
    }),
  )
}
