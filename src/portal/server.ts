import { ProtocolError, Server } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { version } from '../../package.json'
import { presentationOf } from '../mcp/presentation'
import type { AppContext } from '../request/context'
import { exposedTo, type PortalCaller } from './caller'
import { callUpstream, getUpstreamPrompt } from './calls'
import { logRefusal } from './log'
import { LOG_LEVELS } from './passed-on'
import { callPortalTool, isPortalTool, PORTAL_TOOLS } from './portal-tools'
import { callPresented, presentedTools } from './presented'
import { listResources, listTemplates, readResource } from './resources'

const INVALID_PARAMS = -32602

const callSchema = z.looseObject({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).optional(),
})
const uriSchema = z.looseObject({ uri: z.string() })
const levelSchema = z.looseObject({ level: z.enum(LOG_LEVELS) })
const anySchema = z.looseObject({}).optional()

/**
 * Creates the MCP server of a portal for one request of a caller.
 *
 * Portal: observed [MP40]. Assumed: `serverInfo` is the portal's name, without instructions.
 */
export function portalServer(c: AppContext, caller: PortalCaller): Server {
  const { portal } = caller.place
  const server = new Server(
    { name: portal.name, version },
    { capabilities: { tools: { listChanged: true }, prompts: {}, resources: {}, logging: {} } },
  )
  const presentation = presentationOf(portal.code_mode, c.get('url').searchParams)
  server.setRequestHandler('tools/list', { params: anySchema }, () => {
    // Assumed: the portal's own tools come first, then the servers in the order of the portal.
    const tools = presentedTools(presentation, exposedTo(c, caller, 'tools'))
    return { tools: [...PORTAL_TOOLS, ...tools] }
  })
  server.setRequestHandler('tools/call', { params: callSchema }, async (params, context) => {
    const { name, arguments: given = {} } = params
    const exchange = { server, context }
    if (isPortalTool(name)) return callPortalTool(c, caller, name, given, exchange)
    const tools = exposedTo(c, caller, 'tools')
    const call = { name, given, exchange }
    const presented = await callPresented(c, caller, presentation, tools, call)
    if (presented) return presented
    const isByName = presentation === 'plain' || presentation === 'minimized'
    const tool = isByName ? tools.find((each) => each.name === name) : undefined
    // Assumed: an unknown tool and a disabled one are refused alike [MP43].
    if (!tool) {
      const message = `Tool ${name} not found`
      logRefusal(c, caller, name, message)
      throw new ProtocolError(INVALID_PARAMS, message)
    }
    return callUpstream(c, caller, tool, call)
  })
  server.setRequestHandler('prompts/list', { params: anySchema }, () => ({
    prompts: exposedTo(c, caller, 'prompts').map(({ definition }) => definition),
  }))
  server.setRequestHandler('prompts/get', { params: callSchema }, async (params) => {
    const { name, arguments: given = {} } = params
    const prompt = exposedTo(c, caller, 'prompts').find((each) => each.name === name)
    if (!prompt) throw new ProtocolError(INVALID_PARAMS, `Prompt ${name} not found`)
    return getUpstreamPrompt(c, caller, prompt, given)
  })
  // Clients of 2026 send the level with each request instead.
  server.setRequestHandler('logging/setLevel', { params: levelSchema }, async ({ level }) => {
    if (caller.session) {
      await c.get('emulator').portals.merge('session', caller.session.id, { logLevel: level })
    }
    return {}
  })
  server.setRequestHandler('resources/list', { params: anySchema }, () => listResources(c, caller))
  server.setRequestHandler('resources/templates/list', { params: anySchema }, () =>
    listTemplates(c, caller),
  )
  server.setRequestHandler('resources/read', { params: uriSchema }, ({ uri }) =>
    readResource(c, caller, uri),
  )
  return server
}
