import type { MiddlewareHandler } from 'hono'
import { formatTime } from '../access/timestamps'
import type { DashboardEvent, GrantRevoker } from '../events/dashboard-event'
import type { Occurrence, ReportedEvent } from '../events/event'
import type { Actors, Outcome, Reason } from '../events/reason'
import type { CommonFacts, RequestDecision, RequestFacts } from '../events/request-event'
import { shownHeaders, shownParameters } from '../events/shown'
import { reasonOf } from '../events/why'
import type { OAuthError } from '../oauth/errors'
import type { AppContext, Env } from './context'
import { oncePerRequest } from './once'

/** The reason why a request was refused or failed. Facts of its kind may still be unknown. */
export type Refusal = CommonFacts & Reason & { outcome: 'refused' | 'failed' }

/** Records events without delaying the response. */
export function report(c: AppContext, ...events: (Occurrence & Partial<Reason>)[]): void {
  for (const event of events) record(c, { ...reasonOf(event), ...event, ...momentOf(c) })
}

/**
 * Records a more specific event in place of the request's own event. Adds the client and the person
 * that are known so far.
 */
export function reportInstead(c: AppContext, event: DashboardEvent): void {
  coverRequest(c)
  report(c, { ...actorsOf(c), ...event })
}

/** Suppresses the request's own event, because another event replaces it. */
export function coverRequest(c: AppContext): void {
  c.get('draft').isCovered = true
}

/** Returns whether another event replaces the request's own. */
export function isCovered(c: AppContext): boolean {
  return c.get('draft').isCovered === true
}

/** Adds facts to the request's event; later facts win. */
export function note(c: AppContext, facts: RequestFacts): void {
  Object.assign(c.get('draft'), facts)
}

/** Adds a grant and its person to the request's event. */
export function noteGrant(c: AppContext, grant: { id: string; identity: { email: string } }): void {
  note(c, { grantId: grant.id, email: grant.identity.email })
}

/** Sets the decision about the request, with the facts that its kind requires. */
export function reportDecision(c: AppContext, decision: RequestDecision): void {
  Object.assign(c.get('draft'), NO_REASON, decision)
}

/** Sets why the request was refused or failed. */
export function reportRefusal(c: AppContext, refusal: Refusal): void {
  Object.assign(c.get('draft'), NO_REASON, refusal)
}

// Clears all members of an earlier reason, so that its rule cannot remain.
const NO_REASON = { outcome: undefined, rule: undefined, why: undefined, change: undefined }

/** Records that a person's grants at the dashboard have ended. */
export function reportEndedConnections(
  c: AppContext,
  email: string,
  connections: readonly { grantId: string; clientId: string; clientName: string }[],
  by: GrantRevoker,
): void {
  for (const { grantId, clientId: id, clientName: name } of connections) {
    report(c, { kind: 'grant-revoked', client: { id, name }, email, grantId, by })
  }
}

/** Returns the client and the person of the request, as far as they are known. */
export function actorsOf(c: AppContext): Pick<Actors, 'client' | 'email'> {
  const { client, email } = c.get('draft')
  return { ...(client && { client }), ...(email !== undefined && { email }) }
}

/** Returns the reason of a protocol error. */
export function refusalOf({ code, description, hint }: OAuthError): Refusal {
  return { outcome: 'refused', error: code, why: `${description}.`, ...hint }
}

/** Records one event for each request of a known kind, once it has a response. */
export const reportRequest: MiddlewareHandler<Env> = async function reportRequest(c, next) {
  await next()
  const { isCovered, ...draft } = c.get('draft')
  if (!draft.kind || isCovered || !isRecording(c)) return
  const { status } = c.res
  const url = c.get('url')
  record(c, {
    ...draft,
    outcome: draft.outcome ?? outcomeOf(status),
    why: draft.why ?? `The response to ${c.req.method} ${url.pathname} was ${status}.`,
    method: c.req.method,
    host: url.host,
    path: url.pathname,
    status,
    ...(url.search.length > 1 && { query: shownParameters(url.searchParams) }),
    responseHeaders: shownHeaders(c.res.headers),
    userAgent: c.req.header('user-agent'),
    ...momentOf(c),
  })
}

/** Returns whether events are recorded. No response depends on events, so that they can be switched off. */
export function isRecording(c: AppContext): boolean {
  return c.get('settings').EVENTS_KEPT > 0
}

function record(c: AppContext, event: ReportedEvent): void {
  if (isRecording(c)) c.get('emulator').record(c.executionCtx, event)
}

const momentOf = oncePerRequest((c): Pick<ReportedEvent, 'rayId' | 'at'> => {
  return { rayId: c.get('rayId'), at: formatTime(c.get('now')) }
})

function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'failed'
  return status >= 400 ? 'refused' : 'allowed'
}
