import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequiredResult,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import * as z from 'zod'
import { randomText } from '../oauth/encoding'
import type { AppContext } from '../request/context'
import type { PortalCaller } from './caller'
import { selectionUrl } from './selection'

/** The MCP request that is handled, with the connection to its client. */
export type Exchange = { server: Server; context: ServerContext }

/** The outcome of the question whether a person opens the page of servers. */
export type Asked =
  /** The client cannot be asked, so the address stands in the text of the result. */
  | { by: 'text'; url: string }
  /** The client has to ask, and to repeat the request with the answer. */
  | { by: 'input-required'; result: InputRequiredResult }
  | { by: 'answer'; isAccepted: boolean }

/** The input of the person, by this name. */
const SERVERS = 'servers'
const POLLED_EVERY_MS = 250
// Shorter than the time that the SDK's client waits for the result of a tool.
const LONGEST_WAIT_MS = 50_000

/**
 * Asks the person of a client to open the page of servers: by an elicitation with a URL if the client
 * supports it.
 *
 * Portal: documented [MP50]. Clients of 2025 with a session receive the request on the stream of the call. Assumed:
 * clients of 2026 receive an input-required result.
 *
 * @returns undefined for a service token, which no person has
 */
export async function askForServers(
  c: AppContext,
  caller: PortalCaller,
  exchange: Exchange,
  message: string,
): Promise<Asked | undefined> {
  const { inputResponses } = exchange.context.mcpReq
  const given = inputResponses?.[SERVERS]
  if (given !== undefined) return { by: 'answer', isAccepted: isAcceptance(given) }
  const page = await selectionUrl(c, caller)
  if (!page) return undefined
  const { id: elicitationId, url } = page
  if (caller.session) {
    if (!caller.session.state.elicitation.url) return { by: 'text', url }
    const params = { mode: 'url', elicitationId, url, message }
    const action = await actionOf(c, caller, caller.session.id, exchange, params)
    return action === undefined
      ? { by: 'text', url }
      : { by: 'answer', isAccepted: action === 'accept' }
  }
  if (!supportsUrls(exchange.context)) return { by: 'text', url }
  const inputRequests = { [SERVERS]: inputRequired.elicitUrl({ message, url }) }
  return { by: 'input-required', result: inputRequired({ inputRequests }) }
}

const envelopeSchema = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    elicitation: z.object({ url: z.looseObject({}) }),
  }),
})

function supportsUrls({ mcpReq }: ServerContext): boolean {
  return envelopeSchema.safeParse(mcpReq.envelope).success
}

// The client's response arrives in another request, possibly at another isolate, so it is read from the store.
async function actionOf(
  c: AppContext,
  { holder }: PortalCaller,
  sessionId: string,
  { context: { mcpReq }, server }: Exchange,
  params: Record<string, unknown>,
): Promise<string | undefined> {
  const { emulator, now } = c.var
  const id = randomText(16)
  const key = questionKey(sessionId, id)
  await emulator.portals.put('question', key, holder, now + LONGEST_WAIT_MS / 1000, {})
  await server.transport?.send(
    { jsonrpc: '2.0', id, method: 'elicitation/create', params },
    { relatedRequestId: mcpReq.id },
  )
  for (let waited = 0; waited < LONGEST_WAIT_MS; waited += POLLED_EVERY_MS) {
    if (mcpReq.signal.aborted) return undefined
    const question = await emulator.portals.find('question', key)
    if (!question) return undefined
    if (question.action !== undefined) return question.action
    await new Promise((resolve) => setTimeout(resolve, POLLED_EVERY_MS))
  }
  return undefined
}

const responseSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.string(),
  method: z.undefined().optional(),
  result: z.looseObject({ action: z.enum(['accept', 'decline', 'cancel']) }).optional(),
  error: z.unknown().optional(),
})

/**
 * Keeps the response of a client to a question of the portal. Only the session that was asked can answer.
 *
 * @returns whether the message is such a response
 */
export async function keepAnswer(
  c: AppContext,
  { holder }: PortalCaller,
  sessionId: string,
  body: unknown,
): Promise<boolean> {
  const response = responseSchema.safeParse(body).data
  if (!response) return false
  const { emulator, now } = c.var
  const key = questionKey(sessionId, response.id)
  if (!(await emulator.portals.find('question', key))) return false
  // An error is no consent.
  const action = response.result?.action ?? 'cancel'
  const endsAtSeconds = now + LONGEST_WAIT_MS / 1000
  await emulator.portals.put('question', key, holder, endsAtSeconds, { action })
  return true
}

function questionKey(sessionId: string, id: string): string {
  return `${sessionId} ${id}`
}

function isAcceptance(response: unknown): boolean {
  return z.object({ action: z.literal('accept') }).safeParse(response).success
}
