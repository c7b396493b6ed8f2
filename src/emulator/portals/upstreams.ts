import { formatTime } from '../../access/timestamps'
import type { OAuthCredential } from '../../mcp/credential'
import { differenceOf } from '../../mcp/difference'
import type { McpServer } from '../../mcp/server'
import { OAuthError } from '../../oauth/errors'
import type { AppContext } from '../../request/context'
import { liveCatalogue } from '../../upstream/live'
import { syncServer } from '../../upstream/sync'
import { notFound } from '../not-found'
import { respond } from '../respond'
import type { Responses } from '../responses'

/** Handles `GET /_emulator/upstreams`: lists the servers behind portals, without any secret. */
export function showUpstreams(c: AppContext): Response {
  return respond(c, 'GET upstreams', {
    upstreams: c.get('configuration').mcpServers.map(upstreamView),
  })
}

/** Handles `POST /_emulator/upstreams/{id}/sync`: reads the catalogue of a server, as the API's sync does. */
export async function syncUpstream(c: AppContext): Promise<Response> {
  const server = requireUpstream(c)
  const synced = await syncServer(c, server.id)
  return respond(c, 'POST upstreams/{id}/sync', upstreamView(synced ?? server))
}

/**
 * Handles `GET /_emulator/upstreams/{id}/catalogue`: compares the stored catalogue with what the server lists
 * now. It sends requests to the server, and stores nothing.
 */
export async function compareCatalogue(c: AppContext): Promise<Response> {
  const server = requireUpstream(c)
  const live = await liveCatalogue(c, server)
  const { id, last_successful_sync: storedAt = null, prompts, tools } = server
  const compared = { server: id, stored_at: storedAt }
  const nothing = { added: [], removed: [], changed: [] }
  return respond(
    c,
    'GET upstreams/{id}/catalogue',
    'failure' in live
      ? { ...compared, failure: live.failure, tools: nothing, prompts: nothing, resources: [] }
      : {
          ...compared,
          failure: null,
          tools: differenceOf(tools, live.catalogue.tools),
          prompts: differenceOf(prompts, live.catalogue.prompts),
          resources: live.resources,
        },
  )
}

/** Returns the server with the id of the path. @throws OAuthError 404 */
export function requireUpstream(c: AppContext): McpServer {
  const id = c.req.param('id') ?? ''
  const found = c.get('configuration').mcpServers.find((each) => each.id === id)
  if (found) return found
  throw notFound(`MCP server ${id}`, 'GET /_emulator/upstreams lists the servers')
}

/** Returns the credential of a server that uses OAuth. @throws OAuthError `invalid_request` */
export function requireOAuth({ auth_type, credential, id }: McpServer): OAuthCredential {
  if (credential.kind === 'oauth') return credential
  const expected = 'expected a server whose auth_type is oauth'
  throw new OAuthError('invalid_request', `${id} has the auth_type ${auth_type}: ${expected}`)
}

function upstreamView(server: McpServer): Responses['GET upstreams']['upstreams'][number] {
  const { credential, error, id, name, hostname, auth_type, status, authentication_status } = server
  const { admin, registration } = credential.kind === 'oauth' ? credential : {}
  const end = admin?.expires_at_seconds
  return {
    ...{ id, name, hostname, auth_type, status, authentication_status },
    ...(error !== undefined && { error }),
    last_synced: server.last_synced ?? null,
    last_successful_sync: server.last_successful_sync ?? null,
    tools: server.tools.length,
    prompts: server.prompts.length,
    client_id: registration?.client_id ?? null,
    admin_grant: admin ? { expires_at: end === undefined ? null : formatTime(end) } : null,
  }
}
