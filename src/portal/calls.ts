import { ProtocolError } from '@modelcontextprotocol/server'
import type { Exposed } from '../mcp/curation'
import type { AppContext } from '../request/context'
import { connect } from '../upstream/connection'
import { callCredential } from '../upstream/credential'
import { failureOf } from '../upstream/failure'
import type { UpstreamError } from '../upstream/upstream-error'
import type { PortalCaller } from './caller'
import { logCall } from './log'
import { selectionUrl } from './selection'

const UNAUTHORIZED = 401

/**
 * Calls a tool at its server, by the name that the server knows. The result is returned unchanged.
 *
 * Portal: observed [MP42, MP56]. Assumed: a server that fails is a result with `isError` that names it.
 */
export async function callUpstream(
  c: AppContext,
  caller: PortalCaller,
  tool: Exposed,
  given: Record<string, unknown>,
) {
  const { server, upstreamName: name } = tool
  const log = logCall(c, caller, server, 'tools/call', { ToolCallName: name })
  try {
    const result = await requestUpstream(c, caller, tool, 'tools/call', { name, arguments: given })
    log()
    return result
  } catch (error) {
    const failure = failureOf(error, server)
    log(failure.message)
    if (failure.rpcError) throw rpcErrorOf(failure.rpcError)
    return {
      content: [{ type: 'text' as const, text: await textOf(c, caller, server.id, failure) }],
      isError: true,
    }
  }
}

/** Returns a prompt of its server. */
export async function getUpstreamPrompt(
  c: AppContext,
  caller: PortalCaller,
  prompt: Exposed,
  given: Record<string, unknown>,
) {
  const { server, upstreamName: name } = prompt
  const log = logCall(c, caller, server, 'prompts/get', { PromptGetName: name })
  try {
    const params = { name, arguments: given }
    const result = await requestUpstream(c, caller, prompt, 'prompts/get', params)
    log()
    return result
  } catch (error) {
    const failure = failureOf(error, server)
    log(failure.message)
    throw rpcErrorOf(
      failure.rpcError ?? { code: -32603, message: `${server.id}: ${failure.message}` },
    )
  }
}

/** Sends a request to a server with the caller's credential. */
export async function requestUpstream(
  c: AppContext,
  caller: PortalCaller,
  { server }: Pick<Exposed, 'server'>,
  method: string,
  params: Record<string, unknown>,
) {
  const { portal } = caller.place
  const mapping = portal.servers.find(({ server_id: id }) => id === server.id)
  if (!mapping) throw new Error(`${server.id} is not a server of ${portal.id}`)
  const credential = await callCredential(c, { server, mapping }, caller)
  const isViaGateway = server.secure_web_gateway || portal.secure_web_gateway
  const upstream = await connect(c, server, credential, { isViaGateway })
  try {
    return await upstream.request(method, params)
  } finally {
    await upstream.close()
  }
}

// Portal: documented [MP74]. A person whose grant at the server has ended is sent to the page of servers.
async function textOf(c: AppContext, caller: PortalCaller, id: string, failure: UpstreamError) {
  const { details, message } = failure
  if (details.status_code !== UNAUTHORIZED) return `${id}: ${message}`
  const url = await selectionUrl(c, caller)
  return `${id}: unauthorized.${url ? ` Sign in to the server again: ${url}` : ''}`
}

function rpcErrorOf({ code, message }: { code: number; message: string }): ProtocolError {
  return new ProtocolError(code, message)
}
