import { ProtocolError } from '@modelcontextprotocol/server'
import type { Exposed } from '../mcp/curation'
import type { McpServer } from '../mcp/server'
import type { AppContext } from '../request/context'
import { type CallOptions, connect, type UpstreamCredential } from '../upstream/connection'
import { callCredential, renewedCredential } from '../upstream/credential'
import { failureOf } from '../upstream/failure'
import type { UpstreamError } from '../upstream/upstream-error'
import type { PortalCaller } from './caller'
import { askForServers, type Exchange } from './elicitation'
import { logCall } from './log'
import { passedOn } from './passed-on'
import { failedResult } from './result'

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
  { exchange, given }: { exchange: Exchange; given: Record<string, unknown> },
) {
  const { server, upstreamName: name } = tool
  const log = logCall(c, caller, server, 'tools/call', { ToolCallName: name })
  try {
    const params = { name, arguments: given }
    const result = await requestUpstream(
      c,
      caller,
      tool,
      'tools/call',
      params,
      passedOn(caller, exchange.context),
    )
    log()
    return result
  } catch (error) {
    const failed = failureOf(error, server)
    log(failed.message)
    if (failed.rpcError) throw rpcErrorOf(failed.rpcError)
    return failedCall(c, caller, server, failed, exchange)
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
    const failed = failureOf(error, server)
    log(failed.message)
    throw rpcErrorOf(
      failed.rpcError ?? { code: -32603, message: `${server.id}: ${failed.message}` },
    )
  }
}

/**
 * Sends a request to a server with the caller's credential. If the server refuses it, and it can be renewed, the
 * request is sent once more. Assumed [MP78].
 */
export async function requestUpstream(
  c: AppContext,
  caller: PortalCaller,
  { server }: Pick<Exposed, 'server'>,
  method: string,
  params: Record<string, unknown>,
  options?: CallOptions,
) {
  const { portal } = caller.place
  const mapping = portal.servers.find(({ server_id: id }) => id === server.id)
  if (!mapping) throw new Error(`${server.id} is not a server of ${portal.id}`)
  const isViaGateway = server.secure_web_gateway || portal.secure_web_gateway
  const send = async (credential: UpstreamCredential) => {
    const upstream = await connect(c, server, credential, { isViaGateway })
    try {
      return await upstream.request(method, params, options)
    } finally {
      await upstream.close()
    }
  }
  const mapped = { server, mapping }
  const credential = await callCredential(c, mapped, caller)
  try {
    return await send(credential)
  } catch (error) {
    if (failureOf(error, server).details.status_code !== UNAUTHORIZED) throw error
    const renewed = await renewedCredential(c, mapped, caller, credential)
    if (!renewed) throw error
    return send(renewed)
  }
}

// Portal: documented [MP74]. A person whose grant at the server has ended is sent to the page of servers.
async function failedCall(
  c: AppContext,
  caller: PortalCaller,
  { id, name }: McpServer,
  { details, message }: UpstreamError,
  exchange: Exchange,
) {
  if (details.status_code !== UNAUTHORIZED) return failedResult(`${id}: ${message}`)
  const asked = await askForServers(c, caller, exchange, `Sign in to ${name} again.`)
  if (asked?.by === 'input-required') return asked.result
  if (asked?.by === 'text') {
    return failedResult(`${id}: unauthorized. Sign in to the server again: ${asked.url}`)
  }
  return failedResult(
    `${id}: unauthorized.${asked?.isAccepted ? ' Call the tool again after the sign-in.' : ''}`,
  )
}

function rpcErrorOf({ code, message }: { code: number; message: string }): ProtocolError {
  return new ProtocolError(code, message)
}
