import { ProtocolError, Server } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { version } from '../../package.json'
import type { AppContext } from '../request/context'
import { exposedTo, type PortalCaller } from './caller'
import { callUpstream, getUpstreamPrompt } from './calls'
import { callPortalTool, isPortalTool, PORTAL_TOOLS } from './portal-tools'
import { listResources, listTemplates, readResource } from './resources'

const INVALID_PARAMS = -32602

const callSchema = z.looseObject({
  name: z.string(),
  arguments: z.record(z.string(), z.unknown()).optional(),
})
const uriSchema = z.looseObject({ uri: z.string() })
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
    { capabilities: { tools: { listChanged: true }, prompts: {}, resources: {} } },
  )
  server.setRequestHandler('tools/list', { params: anySchema }, () => {
    const tools = exposedTo(c, caller, 'tools').map(({ definition }) => definition)
    // Assumed: the portal's own tools come first, then the servers in the order of the portal.
    return { tools: [...PORTAL_TOOLS, ...tools] }
  })
  server.setRequestHandler('tools/call', { params: callSchema }, async (params, context) => {
    const { name, arguments: given = {} } = params
    if (isPortalTool(name)) return callPortalTool(c, caller, name, given, context)
    const tool = exposedTo(c, caller, 'tools').find((each) => each.name === name)
    // Assumed: an unknown tool and a disabled one are refused alike [MP43].
    if (!tool) throw new ProtocolError(INVALID_PARAMS, `Tool ${name} not found`)
    return callUpstream(c, caller, tool, given)
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
  server.setRequestHandler('resources/list', { params: anySchema }, () => listResources(c, caller))
  server.setRequestHandler('resources/templates/list', { params: anySchema }, () =>
    listTemplates(c, caller),
  )
  server.setRequestHandler('resources/read', { params: uriSchema }, ({ uri }) =>
    readResource(c, caller, uri),
  )
  return server
}
