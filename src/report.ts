import type { MiddlewareHandler } from 'hono'
import type { Occurrence, Reason, ToldEvent } from './access/event'
import type { RequestFacts, RequestKind } from './access/request-event'
import { formatTime } from './access/timestamps'
import { reasonOf } from './access/why'
import type { AppContext, Env } from './env'
import type { OAuthError } from './oauth/errors'

/** What a request tells of itself on its way: facts, and why it is decided as it is. */
export type Told = RequestFacts & Partial<Reason>

/** Keeps what happened, behind the answer's back. */
export function report(c: AppContext, ...events: (Occurrence & Partial<Reason>)[]) {
  const emulator = c.get('emulator')
  const now = c.get('now')
  const rayId = c.get('rayId')
  const at = formatTime(now)
  for (const event of events) {
    emulator.record(c.executionCtx, { ...reasonOf(event), ...event, rayId, at })
  }
}

/**
 * Adds to what the request tells of itself; what is told later counts. A reason comes with its own
 * rule and change, or with none: those of an earlier one are not its.
 */
export function tell(c: AppContext, told: Told): void {
  const without = told.why === undefined ? {} : { rule: undefined, change: undefined }
  Object.assign(c.get('told'), without, told)
}

/** What a refusal in the protocol's own form tells of itself. */
export function refusalOf({ code, description, hint }: OAuthError): Told {
  return { outcome: 'refused', error: code, why: `${description}.`, ...hint }
}

/** Makes the requests of a route events of this kind. */
export function about(kind: RequestKind): MiddlewareHandler<Env> {
  return function tellKind(c, next) {
    tell(c, { kind })
    return next()
  }
}

/** Leaves one event of every request that something was decided about, once it is answered. */
export const reportRequest: MiddlewareHandler<Env> = async function reportRequest(c, next) {
  await next()
  const emulator = c.get('emulator')
  const now = c.get('now')
  const rayId = c.get('rayId')
  const told = c.get('told')
  const url = c.get('url')
  if (!told.kind) return
  const { status } = c.res
  const outcome = told.outcome ?? outcomeOf(status)
  const event = {
    ...told,
    outcome,
    why: told.why ?? `${c.req.method} ${url.pathname} was answered with ${status}.`,
    method: c.req.method,
    host: url.host,
    path: url.pathname,
    status,
    userAgent: c.req.header('user-agent'),
    rayId,
    at: formatTime(now),
  }
  // The facts of one kind are told where that kind is.
  emulator.record(c.executionCtx, event as ToldEvent)
}

function outcomeOf(status: number): Reason['outcome'] {
  if (status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'allowed'
}
