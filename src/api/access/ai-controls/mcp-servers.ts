import * as z from 'zod'
import { serverSchema, serverUpdateSchema } from '../../../mcp/server'
import { syncDueServers, syncServer } from '../../../upstream/sync'
import { pageOf, pageQuery } from '../../envelope'
import { type Operation, operation } from '../../operation'
import { contains } from '../../query'
import { mcpIssue, mcpNotFound, refuseBody } from './mcp-error'
import { MCP_PERMISSIONS, requireServer } from './mcp-records'
import { createServer, deleteServer, updateServer } from './mcp-server-changes'
import { mcpServerResult, mcpServerView } from './mcp-server-view'

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
    handle: (c, { body }) => createServer(c, body),
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
    handle: (c, { params, body }) => updateServer(c, params.server_id, body),
  }),
  operation({
    ...manners,
    method: 'delete',
    path: ONE,
    summary: 'Delete an MCP server',
    permissions: MCP_PERMISSIONS.write,
    result: mcpServerResult,
    handle: (c, { params }) => deleteServer(c, params.server_id),
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
