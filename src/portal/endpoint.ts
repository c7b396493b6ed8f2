import {
  createMcpHandler,
  isInitializeRequest,
  isLegacyRequest,
} from '@modelcontextprotocol/server'
import * as z from 'zod'
import { mappedServers } from '../mcp/curation'
import { jsonOf, randomText } from '../oauth/encoding'
import { bytesWithin } from '../request/bytes'
import type { AppContext } from '../request/context'
import { isDeep, TOO_DEEP } from '../request/json-depth'
import { noteMcpMessage } from '../request/mcp'
import type { PortalSession } from '../store/emulator/portal-state'
import { syncDueServers } from '../upstream/sync'
import { decideAddedServers, IDLE_SECONDS, type PortalCaller } from './caller'
import { keepAnswer } from './elicitation'
import { portalServer } from './server'
import { changeStream } from './stream'

const BODY_LIMIT_BYTES = 4 * 1024 * 1024

/**
 * Handles `/mcp` of a portal: for clients of the 2025 revisions with sessions, for those of 2026 without.
 *
 * Portal: documented [MP39]. The family is chosen for each request.
 */
export async function mcpEndpoint(c: AppContext, caller: PortalCaller): Promise<Response> {
  const { portal } = caller.place
  const mapped = mappedServers(portal, c.get('configuration').mcpServers)
  await syncDueServers(
    c,
    mapped.map(({ server }) => server),
  )
  const request = await bufferedRequest(c)
  if (!request) return rpcError(413, -32000, `the body is longer than ${BODY_LIMIT_BYTES} bytes`)
  const text = request.method === 'POST' ? await request.clone().text() : ''
  noteMcpMessage(c, text)
  const body = jsonOf(text)
  if (isDeep(body)) return rpcError(400, -32600, `the body ${TOO_DEEP}`)
  // The handler refuses a body that is not JSON, whoever sends it.
  if (request.method === 'POST' && body === undefined) return serve(c, caller, request, body)
  if (await isLegacyRequest(request, body)) return withSession(c, caller, request, body)
  return serve(c, caller, request, body)
}

function serve(c: AppContext, caller: PortalCaller, request: Request, body: unknown) {
  const handler = createMcpHandler(() => portalServer(c, caller))
  return handler.fetch(request, body === undefined ? {} : { parsedBody: body })
}

// Portal: observed [MP38]. The response to `initialize` names the session. Assumed: a session that has
// ended, or is another holder's, is 404, as the MCP specification has it.
async function withSession(
  c: AppContext,
  caller: PortalCaller,
  request: Request,
  body: unknown,
): Promise<Response> {
  if (isInitializeRequest(body)) return initialize(c, caller, request, body)
  const { emulator } = c.var
  const id = request.headers.get('mcp-session-id')
  if (id === null) return rpcError(400, -32000, 'Bad Request: Mcp-Session-Id header is required')
  const state = await emulator.portals.useSession(id, caller.holder, IDLE_SECONDS)
  if (!state) return rpcError(404, -32001, 'Session not found')
  caller.session = { id, state }
  switch (request.method) {
    case 'DELETE':
      await emulator.portals.remove('session', id)
      return new Response(null, { status: 200 })
    case 'GET':
      if (!accepts(request, 'text/event-stream')) {
        return rpcError(406, -32000, 'Not Acceptable: Client must accept text/event-stream')
      }
      return changeStream(c, caller.session)
    default:
      if (await keepAnswer(c, caller, id, body)) return new Response(null, { status: 202 })
      return serve(c, caller, request, body)
  }
}

const initializeSchema = z.looseObject({
  params: z.looseObject({
    capabilities: z
      .looseObject({ elicitation: z.looseObject({}).optional() })
      .optional()
      .catch(undefined),
  }),
})
const initializedSchema = z.looseObject({ result: z.looseObject({ protocolVersion: z.string() }) })

async function initialize(c: AppContext, caller: PortalCaller, request: Request, body: unknown) {
  await decideAddedServers(c, caller)
  const response = await serve(c, caller, request, body)
  if (response.status !== 200) return response
  const text = await response.text()
  const id = randomText(24)
  const { holder, place } = caller
  const elicitation = initializeSchema.safeParse(body).data?.params.capabilities?.elicitation
  const session: PortalSession = {
    portalId: place.portal.id,
    holder,
    protocolVersion: versionIn(text) ?? '',
    elicitation: {
      url: elicitation?.url !== undefined,
      form: elicitation !== undefined && (elicitation.form !== undefined || !elicitation.url),
    },
    toggles: {},
  }
  const endsAtSeconds = c.get('now') + IDLE_SECONDS
  await c.get('emulator').portals.put('session', id, holder, endsAtSeconds, session)
  const headers = new Headers(response.headers)
  headers.set('Mcp-Session-Id', id)
  return new Response(text, { status: 200, headers })
}

// The response is JSON, or a stream with it as the data of its one event.
function versionIn(text: string): string | undefined {
  const data = text.match(/^data: (.+)$/m)?.[1] ?? text
  return initializedSchema.safeParse(jsonOf(data)).data?.result.protocolVersion
}

// The body is read here, because it is needed twice.
async function bufferedRequest(c: AppContext): Promise<Request | undefined> {
  const { body, method } = c.req.raw
  if (body === null || method !== 'POST') return c.req.raw
  const bytes = await bytesWithin(c.req.raw, BODY_LIMIT_BYTES)
  return bytes && new Request(c.req.raw, { body: bytes })
}

function accepts(request: Request, type: string): boolean {
  return request.headers.get('accept')?.includes(type) ?? false
}

function rpcError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status })
}
