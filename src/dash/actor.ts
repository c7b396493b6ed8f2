import type { DashboardActor, DashboardEvent } from '../access/dashboard-event'
import type { OAuthClient } from '../account/oauth-client'
import type { AppContext } from '../env'
import { report } from '../report'

// What a request has told of itself so far, for events, whoever tells them in the end.
const known = new WeakMap<Request, DashboardActor>()
const told = new WeakSet<Request>()

/** Remembers the client of the request, or its person. */
export function note(c: AppContext, who: { client?: OAuthClient; email?: string }): void {
  const { client, email } = who
  known.set(c.req.raw, {
    ...known.get(c.req.raw),
    ...(client && { client: { id: client.client_id, name: client.client_name } }),
    ...(email !== undefined && { email }),
  })
}

/** Who asks, as far as the request has told. */
export function actorOf(c: AppContext): DashboardActor {
  return { ...known.get(c.req.raw) }
}

/** Tells why the request is refused, so that the refusal itself is no event of its own. */
export function tell(c: AppContext, event: DashboardEvent): void {
  told.add(c.req.raw)
  report(c, event)
}

export function isTold(c: AppContext): boolean {
  return told.has(c.req.raw)
}
