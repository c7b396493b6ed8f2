import * as z from 'zod'
import { stamped } from '../../../access/timestamps'
import { mappedServers } from '../../../mcp/curation'
import {
  codeModeOf,
  type McpPortal,
  newPortal,
  type ParsedPortal,
  portalSchema,
  portalUpdateSchema,
} from '../../../mcp/portal'
import type { AppContext } from '../../../request/context'
import { syncDueServers } from '../../../upstream/sync'
import { change, deletion, save } from '../../change'
import { pageOf, pageQuery } from '../../envelope'
import { type Operation, operation } from '../../operation'
import { contains } from '../../query'
import { deletedApplications, portalApplication } from './dashboard-applications'
import { invalidMember, mcpIssue, refuseBody } from './mcp-error'
import { checkPortal } from './mcp-portal-checks'
import {
  deletedPortalResult,
  deletedPortalView,
  mcpPortalResult,
  mcpPortalView,
} from './mcp-portal-view'
import { MCP_PERMISSIONS, requirePortal } from './mcp-records'
import { whoChanges } from './who-changes'

const LIST = '/access/ai-controls/mcp/portals'
const ONE = `${LIST}/:portal_id`
const manners = { isBrief: true, refuse: refuseBody, describe: mcpIssue }

// Portal: documented.
const MOST_PORTALS = 20

/** `/access/ai-controls/mcp/portals`: MCP portals. API: documented [MP9]. */
export const mcpPortals: Operation[] = [
  operation({
    ...manners,
    method: 'get',
    path: LIST,
    summary: 'List MCP portals',
    permissions: MCP_PERMISSIONS.read,
    query: z.object({ ...pageQuery, search: z.string().optional() }),
    result: mcpPortalResult,
    isList: true,
    async handle(c, { query }) {
      await syncDueServers(c, c.get('configuration').mcpServers)
      const { configuration } = c.var
      const found = configuration.mcpPortals.filter(({ hostname, id, name }) =>
        [id, name, hostname].some((text) => contains(text, query.search)),
      )
      return pageOf(
        found.map((each) => mcpPortalView(configuration, each)),
        query,
      )
    },
  }),
  operation({
    ...manners,
    method: 'post',
    path: LIST,
    summary: 'Create an MCP portal',
    permissions: MCP_PERMISSIONS.write,
    status: 201,
    body: portalSchema,
    result: mcpPortalResult,
    async handle(c, { body }) {
      const by = await whoChanges(c)
      return change(c, async (from) => {
        if (from.mcpPortals.some(({ id }) => id === body.id)) {
          throw invalidMember(`The id ${body.id} is already in use`, 'id')
        }
        if (from.mcpPortals.length >= MOST_PORTALS) {
          throw invalidMember(`An account has at most ${MOST_PORTALS} portals`, 'id')
        }
        const created = newPortal(body, requireCodeMode(body, undefined))
        const portal = stamped({ ...created, ...by.created }, c.get('now'))
        checkPortal(from, portal)
        const edits = [save('mcpPortals', portal), ...(await portalApplication(c, portal))]
        return { edits, result: mcpPortalView(from, portal) }
      })
    },
  }),
  operation({
    ...manners,
    method: 'get',
    path: ONE,
    summary: 'Get an MCP portal',
    permissions: MCP_PERMISSIONS.read,
    result: mcpPortalResult,
    async handle(c, { params }) {
      const { configuration } = c.var
      const portal = requirePortal(configuration, params.portal_id)
      const mapped = mappedServers(portal, configuration.mcpServers)
      await syncDueServers(
        c,
        mapped.map(({ server }) => server),
      )
      return mcpPortalView(c.get('configuration'), portal)
    },
  }),
  operation({
    ...manners,
    method: 'put',
    path: ONE,
    summary: 'Update an MCP portal',
    permissions: MCP_PERMISSIONS.write,
    body: portalUpdateSchema,
    result: mcpPortalResult,
    handle: (c, { params, body }) => update(c, params.portal_id, body),
  }),
  operation({
    ...manners,
    method: 'delete',
    path: ONE,
    summary: 'Delete an MCP portal',
    permissions: MCP_PERMISSIONS.write,
    result: deletedPortalResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const portal = requirePortal(from, params.portal_id)
        const edits = [deletion('mcpPortals', portal.id), ...deletedApplications(c, from, portal)]
        return { edits, result: deletedPortalView(portal) }
      }),
  }),
]

async function update(
  c: AppContext,
  id: string | undefined,
  body: z.infer<typeof portalUpdateSchema>,
) {
  const by = await whoChanges(c)
  return change(c, (from) => {
    const old = requirePortal(from, id)
    const { allow_code_mode: _, id: __, ...members } = body
    const code_mode = requireCodeMode(body, old)
    const sent = Object.entries(members).filter(([, value]) => value !== undefined)
    // API: observed [MP9]. Members that are not sent are kept; `servers` replaces the whole list.
    const merged: McpPortal = { ...old, ...Object.fromEntries(sent), code_mode, ...by.modified }
    const portal = stamped(merged, c.get('now'), old)
    checkPortal(from, portal)
    return { edits: [save('mcpPortals', portal)], result: mcpPortalView(from, portal) }
  })
}

// API: observed [MP12].
function requireCodeMode(
  body: Pick<ParsedPortal, 'code_mode' | 'allow_code_mode'>,
  before: McpPortal | undefined,
): McpPortal['code_mode'] {
  const mode = codeModeOf(body, before?.code_mode)
  if (mode !== undefined) return mode
  throw invalidMember('allow_code_mode and code_mode contradict each other', 'allow_code_mode')
}
