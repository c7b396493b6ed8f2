import type { Next } from 'hono'
import { durationMilliseconds } from '../access/duration'
import {
  concerns,
  type Endpoint,
  type FaultName,
  type FaultParameters,
  type FaultSubject,
} from '../switches/faults'
import type { AppContext } from '../request/context'
import { coverRequest, report } from '../request/events'

/**
 * The parameters of a fault that is on and strikes now, for this client and application; undefined
 * where it does not. A counted fault is used up by it, exactly once for each request.
 */
export async function strikes<N extends FaultName>(
  c: AppContext,
  name: N,
  subject: FaultSubject,
): Promise<FaultParameters<N> | undefined> {
  const fault = c.get('state').faults.find((each) => each.name === name)
  if (!fault || !concerns(fault, subject)) return undefined
  if (!(await c.get('emulator').strike(name))) return undefined
  const { clientId, application } = subject
  report(c, {
    kind: 'fault',
    fault: name,
    path: c.get('url').pathname,
    client: clientId === undefined ? undefined : { id: clientId },
    application: application && { id: application.id, name: application.name },
  })
  // Kept by its name.
  return fault.parameters as FaultParameters<N>
}

/**
 * Injects the faults of HTTP itself, and handles the request unless one of them refuses it.
 *
 * @param subjectOf reads whom the request is about; called only while a fault is on
 */
export async function injectFaults(
  c: AppContext,
  endpoint: Endpoint | 'page',
  subjectOf: (c: AppContext) => FaultSubject | Promise<FaultSubject>,
  next: Next,
): Promise<void> {
  // Browsers send preflights by themselves; a fault strikes the request that they are about.
  if (c.get('state').faults.length === 0 || c.req.method === 'OPTIONS') return next()
  const subject = await subjectOf(c)
  const slow = isAt(c, 'slow', endpoint) && (await strikes(c, 'slow', subject))
  if (slow) await pause(slow.delay)
  const refusal = await refuse(c, endpoint, subject)
  if (!refusal) return next()
  coverRequest(c)
  c.res = refusal
}

async function refuse(
  c: AppContext,
  endpoint: Endpoint | 'page',
  subject: FaultSubject,
): Promise<Response | undefined> {
  if (isBlocked(c, endpoint) && (await strikes(c, 'blocked-user-agent', subject))) {
    return c.text('error code: 1010', 403)
  }
  if (endpoint === 'keys') {
    const keys = await strikes(c, 'keys-unavailable', subject)
    if (keys) return unavailable(c, endpoint, 503, keys.retry_after)
  }
  const error = isAt(c, 'error', endpoint) && (await strikes(c, 'error', subject))
  return error ? unavailable(c, endpoint, error.status, error.retry_after) : undefined
}

function parametersOf<N extends FaultName>(c: AppContext, name: N): FaultParameters<N> | undefined {
  const fault = c.get('state').faults.find((each) => each.name === name)
  return fault?.parameters as FaultParameters<N> | undefined
}

function isAt(c: AppContext, name: 'slow' | 'error', endpoint: Endpoint | 'page'): boolean {
  return parametersOf(c, name)?.endpoint === endpoint
}

function isBlocked(c: AppContext, endpoint: Endpoint | 'page'): boolean {
  const parameters = parametersOf(c, 'blocked-user-agent')
  if (!parameters) return false
  const { endpoint: only = endpoint, user_agent: part = '' } = parameters
  const userAgent = c.req.header('user-agent') ?? ''
  return only === endpoint && userAgent.toLowerCase().includes(part.toLowerCase())
}

function unavailable(
  c: AppContext,
  endpoint: Endpoint | 'page',
  status: 500 | 503 | 429,
  retryAfterSeconds: number,
): Response {
  const message = `The emulator was asked to fail here (${status})`
  c.header('Retry-After', String(retryAfterSeconds))
  c.header('Cache-Control', 'no-store')
  if (endpoint === 'api') {
    const errors = [{ code: status === 429 ? 971 : 10001, message }]
    return c.json({ success: false, errors, messages: [], result: null }, status)
  }
  const error = status === 500 ? 'server_error' : 'temporarily_unavailable'
  return c.json({ error, error_description: message }, status)
}

/**
 * Loses the response that carries new tokens, while such a fault is on. The tokens are issued all the
 * same; only the client does not learn of them.
 */
export async function unlessLost(
  c: AppContext,
  grantType: string,
  subject: FaultSubject,
  response: Response,
): Promise<Response> {
  if (grantType === 'authorization_code' && (await strikes(c, 'dropped-answer', subject))) {
    return new Response(brokenOff(), response)
  }
  if (grantType === 'refresh_token' && (await strikes(c, 'lost-rotation', subject))) {
    const headers = new Headers(response.headers)
    headers.delete('Content-Type')
    return new Response('error code: 502', { status: 502, headers })
  }
  return response
}

// The connection breaks after the first byte, once that is on its way: else `wrangler dev` would
// make an answer of its own of it.
function brokenOff(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{'))
    },
    async pull(controller) {
      await pause('100ms')
      controller.error(new Error('the fault dropped-answer broke the connection off'))
    },
  })
}

async function pause(delay: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, durationMilliseconds(delay)))
}
