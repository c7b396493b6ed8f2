import * as z from 'zod'
import { stamped } from '../../../access/timestamps'
import { isProblem, readCredential } from '../../../mcp/credential'
import { overrideProblem } from '../../../mcp/override'
import {
  isOAuthUndetected,
  type McpServer,
  newServer,
  type ParsedServer,
  type ServerUpdate,
  serverSchema,
  serverUpdateSchema,
  unsynced,
} from '../../../mcp/server'
import type { AppContext } from '../../../request/context'
import { reportDecision } from '../../../request/events'
import { currentConfiguration } from '../../../request/prepare'
import type { Configuration } from '../../../store/configuration'
import { syncDueServers, syncServer } from '../../../upstream/sync'
import { change, deletion, save } from '../../change'
import { pageOf, pageQuery } from '../../envelope'
import { type Operation, operation } from '../../operation'
import { accepted } from '../../permissions'
import { contains } from '../../query'
import { deletedApplications, serverApplication } from './dashboard-applications'
import { invalidMember, mcpIssue, mcpNotFound, nothingToUpdate, refuseBody } from './mcp-error'
import { mcpServerResult, mcpServerView } from './mcp-server-view'
import { whoChanges } from './who-changes'

/** The permissions of all operations on servers and portals. */
export const MCP_PERMISSIONS = accepted('mcp-portals')

const LIST = '/access/ai-controls/mcp/servers'
const ONE = `${LIST}/:server_id`
const manners = { isBrief: true, refuse: refuseBody, describe: mcpIssue }

const syncResult = z.object({
  status: z.enum(['waiting', 'ready', 'stale', 'error']),
  error: z.string().optional(),
  error_details: z.looseObject({}).optional(),
})

/** `/access/ai-controls/mcp/servers`: the upstream servers of MCP portals. API: documented [MP1]. */
export const mcpServers: Operation[] = [
  operation({
    ...manners,
    method: 'get',
    path: LIST,
    summary: 'List MCP servers',
    permissions: MCP_PERMISSIONS.read,
    query: z.object({ ...pageQuery, search: z.string().optional() }),
    result: mcpServerResult,
    isList: true,
    async handle(c, { query }) {
      await syncDueServers(c, c.get('configuration').mcpServers)
      const { mcpServers: all } = c.get('configuration')
      const found = all.filter(({ id, name }) =>
        [id, name].some((text) => contains(text, query.search)),
      )
      return pageOf(found.map(mcpServerView), query)
    },
  }),
  operation({
    ...manners,
    method: 'post',
    path: LIST,
    summary: 'Create an MCP server',
    permissions: MCP_PERMISSIONS.write,
    status: 201,
    body: serverSchema,
    result: mcpServerResult,
    handle: (c, { body }) => create(c, body),
  }),
  operation({
    ...manners,
    method: 'get',
    path: ONE,
    summary: 'Get an MCP server',
    permissions: MCP_PERMISSIONS.read,
    result: mcpServerResult,
    async handle(c, { params }) {
      await syncDueServers(c, [requireServer(c.get('configuration'), params.server_id)])
      return mcpServerView(requireServer(c.get('configuration'), params.server_id))
    },
  }),
  operation({
    ...manners,
    method: 'put',
    path: ONE,
    summary: 'Update an MCP server',
    permissions: MCP_PERMISSIONS.write,
    body: serverUpdateSchema,
    result: mcpServerResult,
    handle: (c, { params, body }) => update(c, params.server_id, body),
  }),
  operation({
    ...manners,
    method: 'delete',
    path: ONE,
    summary: 'Delete an MCP server',
    permissions: MCP_PERMISSIONS.write,
    result: mcpServerResult,
    handle: (c, { params }) => remove(c, params.server_id),
  }),
  operation({
    ...manners,
    method: 'post',
    path: `${ONE}/sync`,
    summary: 'Sync the catalogue of an MCP server',
    permissions: MCP_PERMISSIONS.write,
    result: syncResult,
    async handle(c, { params }) {
      const { id } = requireServer(c.get('configuration'), params.server_id)
      const synced = await syncServer(c, id)
      if (!synced) throw mcpNotFound()
      const { error, error_details, status } = synced
      return {
        status,
        ...(error !== undefined && { error }),
        ...(error_details && { error_details }),
      }
    },
  }),
]

/** Returns the server with an id. @throws ApiError 404 */
export function requireServer(from: Configuration, id: string | undefined): McpServer {
  const found = from.mcpServers.find((each) => each.id === id)
  if (!found) throw mcpNotFound()
  return found
}

async function create(c: AppContext, body: ParsedServer) {
  const credential = readCredential(body, undefined, c.get('now'))
  if (isProblem(credential)) throw invalidMember(credential.message, credential.member)
  const by = await whoChanges(c)
  const created = await change(c, async (from) => {
    if (from.mcpServers.some(({ id }) => id === body.id)) {
      throw invalidMember(`The id ${body.id} is already in use`, 'id')
    }
    const server = stamped({ ...newServer(body, credential), ...by.created }, c.get('now'))
    requireOverrides(server)
    const made = await serverApplication(c, server)
    return { edits: [save('mcpServers', server), ...made], result: server }
  })
  // API: documented [MP1]. Without OAuth, the catalogue is read at once.
  if (body.auth_type !== 'oauth' || isOAuthUndetected(created)) await syncServer(c, body.id)
  return mcpServerView(requireServer(await currentConfiguration(c), body.id))
}

async function update(c: AppContext, id: string | undefined, body: ServerUpdate) {
  const { auth_type, hostname, id: _, ...settable } = body
  const before = requireServer(c.get('configuration'), id)
  if (Object.keys(settable).length === 0) throw nothingToUpdate()
  const by = await whoChanges(c)
  const result = await change(c, (from) => {
    const old = requireServer(from, id)
    const server = stamped(
      { ...updated(old, body, c.get('now')), ...by.modified },
      c.get('now'),
      old,
    )
    requireOverrides(server)
    return { edits: [save('mcpServers', server)], result: server }
  })
  if (hostname !== undefined && hostname !== before.hostname) {
    reportDecision(c, {
      kind: 'api-call',
      rule: 'MP5',
      why: `The hostname of ${result.id} is still ${before.hostname}: an update ignores it without an error.`,
      change: 'Delete the server, and create it again with the other URL.',
    })
  }
  // API: observed [MP7]. The response still says `waiting`; the sync comes after it.
  const view = mcpServerView(result)
  if (result.status === 'waiting' && result.auth_type !== 'oauth') await syncServer(c, result.id)
  return view
}

// API: observed [MP5]. `hostname` is ignored. API: observed [MP7]. A change of the credential or of its
// type begins with `waiting`.
function updated(old: McpServer, body: ServerUpdate, now: number): McpServer {
  const { auth_credentials, auth_type, client_secret, hostname: _, id: __, ...members } = body
  const type = auth_type ?? old.auth_type
  const isSameType = type === old.auth_type
  const isSecretNew = auth_credentials !== undefined || client_secret !== undefined
  if (isSameType && !isSecretNew) return { ...old, ...withoutMissing(members) }
  const given = { auth_type: type, auth_credentials, client_secret }
  const credential = readCredential(given, isSameType ? old.credential : undefined, now)
  if (isProblem(credential)) throw invalidMember(credential.message, credential.member)
  const { error: ___, error_details: ____, ...rest } = old
  return {
    ...rest,
    ...withoutMissing(members),
    auth_type: type,
    credential,
    ...unsynced(credential),
  }
}

async function remove(c: AppContext, id: string | undefined) {
  return change(c, (from) => {
    const server = requireServer(from, id)
    // Assumed: its entries in portals vanish.
    const portals = from.mcpPortals.filter((each) =>
      each.servers.some(({ server_id: mapped }) => mapped === server.id),
    )
    const edits = [
      deletion('mcpServers', server.id),
      ...portals.map((each) =>
        save('mcpPortals', {
          ...each,
          servers: each.servers.filter(({ server_id: mapped }) => mapped !== server.id),
        }),
      ),
      ...deletedApplications(c, from, server),
    ]
    return { edits, result: mcpServerView(server) }
  })
}

function requireOverrides(server: McpServer): void {
  for (const list of ['tools', 'prompts'] as const) {
    const problem = overrideProblem(server[`updated_${list}`], server[list])
    if (!problem) continue
    throw invalidMember(problem.message, `updated_${list}`, problem.index, problem.member)
  }
}

function withoutMissing<T extends object>(
  members: T,
): { [K in keyof T]: Exclude<T[K], undefined> } {
  const present = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as { [K in keyof T]: Exclude<T[K], undefined> }
}
