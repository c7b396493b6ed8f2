import type { MiddlewareHandler, Next } from 'hono'
import { applicationAt } from '../access/application'
import type { RequestKind } from '../events/request-event'
import { injectFaults } from '../faults/inject'
import type { FaultSubject } from '../switches/active-fault'
import type { Endpoint } from '../switches/fault-scope'
import type { AppContext, Env } from './context'
import { coverRequest, note } from './events'
import { faultsOf } from './faults'

/** The properties that a route declares. */
export type Declaration = {
  /** The kind of the request's event. Without it, the handler decides whether there is one. */
  event?: RequestKind
  /** Decides which web pages may read the response. Adds the CORS headers, also to responses of faults. */
  cors?: MiddlewareHandler<Env>
  /** Returns the client and application of the request, for faults that are limited to them. */
  subject?: (c: AppContext) => FaultSubject | Promise<FaultSubject>
}

/**
 * Declares an endpoint beside its route. The order is fixed: kind of event, CORS, faults, handler.
 * The first declaration that a request passes counts, so that a surface can end with `page()`.
 */
export function endpoint(name: Endpoint, declaration: Declaration = {}): MiddlewareHandler<Env> {
  return declare(name, { subject: () => ({}), ...declaration })
}

/** Declares a page, which is not an endpoint. Only faults that strike every path strike it. */
export function page(declaration: Declaration = {}): MiddlewareHandler<Env> {
  return declare('page', { subject: applicationOfHost, ...declaration })
}

function declare(
  name: Endpoint | 'page',
  { event, cors, subject }: Declaration & Required<Pick<Declaration, 'subject'>>,
): MiddlewareHandler<Env> {
  return async function declared(c, next) {
    if (c.get('endpoint') !== undefined) return next()
    c.set('endpoint', name)
    if (event) note(c, { kind: event })
    const handle = () => unlessRefused(c, name, subject, next)
    return cors ? cors(c, handle) : handle()
  }
}

async function unlessRefused(
  c: AppContext,
  name: Endpoint | 'page',
  subjectOf: NonNullable<Declaration['subject']>,
  next: Next,
): Promise<void> {
  // A fault strikes the actual request, not the preflight that the browser sends before it.
  if (c.get('state').faults.length === 0 || c.req.method === 'OPTIONS') return next()
  const userAgent = c.req.header('user-agent') ?? ''
  const path = c.get('url').pathname
  const target = { endpoint: name, path, userAgent, subject: await subjectOf(c) }
  const refusal = await injectFaults(faultsOf(c), target)
  if (!refusal) return next()
  coverRequest(c)
  c.res = refusal
}

function applicationOfHost(c: AppContext): FaultSubject {
  const { configuration, team, url } = c.var
  return {
    application: team.isRequestHost ? undefined : applicationAt(configuration.applications, url),
  }
}
