/**
 * `faults/` applies the faults that are on. To add a fault, add an entry to `switches/faults.ts`.
 *
 * Routes declare which requests a fault may strike (`request/endpoint.ts`). Faults of grants and keys
 * act in their handlers, through `strike`.
 */
import type { FaultSubject } from '../switches/active-fault'
import type { Endpoint } from '../switches/fault-scope'
import { pause } from './pause'
import { type Faults, parametersOf, strike } from './strike'

/** The request that faults at the level of HTTP may strike. */
export type Target = {
  endpoint: Endpoint | 'page'
  path: string
  userAgent: string
  subject: FaultSubject
}

/** Delays the request if the fault `slow` is on. Returns the response of a fault that refuses it. */
export async function injectFaults(faults: Faults, target: Target): Promise<Response | undefined> {
  const { subject } = target
  const slow = isAt(faults, 'slow', target) && (await strike(faults, 'slow', subject))
  if (slow) await pause(slow.delay)
  if (
    isBlocked(faults, 'blocked-user-agent', target) &&
    (await strike(faults, 'blocked-user-agent', subject))
  ) {
    const headers = { 'Content-Type': 'text/plain; charset=UTF-8' }
    return new Response('error code: 1010', { status: 403, headers })
  }
  if (isBlocked(faults, 'ai-crawl-control', target) && target.path !== '/robots.txt') {
    const crawl = await strike(faults, 'ai-crawl-control', subject)
    // Access: documented [P25], the body of the documentation's example.
    const body = { message: 'Please contact the site owner for access.' }
    if (crawl) return Response.json(body, { status: crawl.status })
  }
  if (target.endpoint === 'keys') {
    const keys = await strike(faults, 'keys-unavailable', subject)
    if (keys) return unavailable(target, 503, keys.retry_after)
  }
  const error = isAt(faults, 'error', target) && (await strike(faults, 'error', subject))
  return error ? unavailable(target, error.status, error.retry_after) : undefined
}

function isAt(faults: Faults, name: 'slow' | 'error', { endpoint }: Target): boolean {
  return parametersOf(faults, name)?.endpoint === endpoint
}

function isBlocked(
  faults: Faults,
  name: 'blocked-user-agent' | 'ai-crawl-control',
  { endpoint, userAgent }: Target,
): boolean {
  const parameters = parametersOf(faults, name)
  if (!parameters) return false
  const { endpoint: only = endpoint, user_agent: part = '' } = parameters
  return only === endpoint && userAgent.toLowerCase().includes(part.toLowerCase())
}

function unavailable(
  { endpoint }: Target,
  status: 500 | 503 | 429,
  retryAfterSeconds: number,
): Response {
  const message = `A fault of the emulator is switched on here (${status})`
  const error = status === 500 ? 'server_error' : 'temporarily_unavailable'
  const errors = [{ code: status === 429 ? 971 : 10001, message }]
  const body =
    endpoint === 'api'
      ? { success: false, errors, messages: [], result: null }
      : { error, error_description: message }
  const headers = { 'Retry-After': String(retryAfterSeconds), 'Cache-Control': 'no-store' }
  return Response.json(body, { status, headers })
}
