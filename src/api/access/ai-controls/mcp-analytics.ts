import {
  type AnalyticsQuery,
  analyticsQuery,
  timeSeriesOf,
  timeSeriesSchema,
  windowOf,
} from '../../../mcp/analytics'
import { minuteOf } from '../../../mcp/counted-calls'
import type { AppContext } from '../../../request/context'
import { type Operation, operation } from '../../operation'
import { MCP_PERMISSIONS, requirePortal, requireServer } from './mcp-records'

const ANALYTICS = '/access/ai-controls/mcp/analytics'
const SERIES = 'tool-calls/timeseries'

const manners = {
  method: 'get',
  permissions: MCP_PERMISSIONS.read,
  isBrief: true,
  query: analyticsQuery,
  result: timeSeriesSchema,
} as const

/**
 * `/access/ai-controls/mcp/analytics`: the numbers of tool calls. API: documented [MP24].
 *
 * Assumed: failed calls count, and calls of the portal's own tools do not.
 */
export const mcpAnalytics: Operation[] = [
  operation({
    ...manners,
    path: `${ANALYTICS}/${SERIES}`,
    summary: 'Count the tool calls of the account',
    handle: (c, { query }) => series(c, query, {}),
  }),
  operation({
    ...manners,
    path: `${ANALYTICS}/servers/:server_id/${SERIES}`,
    summary: 'Count the tool calls of an MCP server',
    handle: (c, { params, query }) => {
      const { id: serverId } = requireServer(c.get('configuration'), params.server_id)
      return series(c, query, { serverId })
    },
  }),
  operation({
    ...manners,
    path: `${ANALYTICS}/portals/:portal_id/${SERIES}`,
    summary: 'Count the tool calls of an MCP portal',
    handle: (c, { params, query }) => {
      const { id: portalId } = requirePortal(c.get('configuration'), params.portal_id)
      return series(c, query, { portalId })
    },
  }),
]

async function series(
  c: AppContext,
  query: AnalyticsQuery,
  of: { serverId?: string; portalId?: string },
) {
  const { emulator, now } = c.var
  const { end, start } = windowOf(query, now)
  const range = { from: minuteOf(start / 1000), to: minuteOf(end / 1000), ...of }
  return timeSeriesOf(query, now, await emulator.events.toolCalls(range))
}
