import type { Seen } from '../mcp/visibility'
import type { AppContext } from '../request/context'
import { decideAddedServers, type PortalCaller, seenBy, toggleServer } from './caller'
import { askForServers, type Exchange } from './elicitation'
import { failedResult, textResult } from './result'

const NO_ARGUMENTS = { type: 'object', properties: {} }

/**
 * The tools of every portal, which every caller has.
 *
 * Portal: documented [MP47], the names. Portal: reported, the values of `action`. Assumed: the descriptions
 * and schemas.
 */
export const PORTAL_TOOLS = [
  {
    name: 'portal_list_servers',
    description: 'Lists the MCP servers of this portal, and whether each of them is enabled.',
    inputSchema: NO_ARGUMENTS,
  },
  {
    name: 'portal_toggle_servers',
    description: 'Returns the address of a page on which servers are enabled and disabled.',
    inputSchema: NO_ARGUMENTS,
  },
  {
    name: 'portal_toggle_single_server',
    description: 'Enables ("toggle") or disables ("untoggle") one MCP server of this portal.',
    inputSchema: {
      type: 'object',
      properties: {
        server_id: { type: 'string' },
        action: { type: 'string', enum: ['toggle', 'untoggle'] },
      },
      required: ['server_id', 'action'],
    },
  },
] as const

type PortalTool = (typeof PORTAL_TOOLS)[number]['name']

/** Returns whether a name is that of a tool of every portal. */
export function isPortalTool(name: string): name is PortalTool {
  return PORTAL_TOOLS.some((each) => each.name === name)
}

/** Calls a tool of the portal itself. */
export async function callPortalTool(
  c: AppContext,
  caller: PortalCaller,
  name: PortalTool,
  given: Record<string, unknown>,
  exchange: Exchange,
) {
  switch (name) {
    case 'portal_list_servers':
      return textResult(serverList(listed(seenBy(c, caller))))
    case 'portal_toggle_servers':
      // Portal: observed [MP58]. This is how a server that was added later becomes visible.
      await decideAddedServers(c, caller)
      return choose(c, caller, exchange)
    case 'portal_toggle_single_server':
      return toggleSingle(c, caller, given, exchange)
  }
}

async function toggleSingle(
  c: AppContext,
  caller: PortalCaller,
  { action, server_id: id }: Record<string, unknown>,
  exchange: Exchange,
) {
  if (action !== 'toggle' && action !== 'untoggle') {
    return failedResult('action must be "toggle" or "untoggle".')
  }
  const found = listed(seenBy(c, caller)).find(({ server }) => server.id === id)
  if (!found) return failedResult(`There is no server ${String(id)} in this portal.`)
  const isOn = action === 'toggle'
  // Portal: documented [MP50]. The person has to sign in to the server first.
  if (isOn && found.because === 'not-connected') return choose(c, caller, exchange)
  await toggleServer(c, caller, found.server.id, isOn)
  // Assumed: a client with an open stream receives a notification that the list has changed.
  if (caller.session)
    await exchange.context.mcpReq.notify({ method: 'notifications/tools/list_changed' })
  return textResult(lineOf(found.server, isOn))
}

async function choose(c: AppContext, caller: PortalCaller, exchange: Exchange) {
  const asked = await askForServers(c, caller, exchange, 'Choose and connect the servers.')
  if (!asked) return failedResult('A service token has no servers to sign in to.')
  switch (asked.by) {
    case 'text':
      return textResult(
        `Open this address in a browser to choose and connect servers: ${asked.url}`,
      )
    case 'input-required':
      return asked.result
    case 'answer':
      return textResult(
        asked.isAccepted
          ? 'The person has opened the page of servers. Use portal_list_servers to see the choice.'
          : 'The person did not open the page of servers.',
      )
  }
}

// Returns the servers that a caller knows of, also those that are disabled.
function listed(seen: Seen[]): Seen[] {
  const SHOWN = [undefined, 'not-connected', 'switched-off']
  return seen.filter(({ because }) => SHOWN.includes(because))
}

// Portal: observed [MP48], but for the last sentence.
function serverList(seen: Seen[]): string {
  const lines = seen.map(({ because, server }) => lineOf(server, because === undefined))
  const last = 'Use portal_toggle_single_server to enable or disable a server.'
  return ['Available MCP Servers:', '', ...lines, '', last].join('\n')
}

function lineOf({ id, name }: Seen['server'], isOn: boolean): string {
  return `- ${name} (${id}): ${isOn ? '✓ enabled' : '✗ disabled'}`
}
