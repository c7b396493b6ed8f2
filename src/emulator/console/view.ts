import type { RecordedEvent } from '../../events/event'
import type { AppContext } from '../../request/context'

/** What every page of the console is told. */
export function pageOf(c: AppContext, newest: number) {
  const { pathname, search } = new URL(c.req.url)
  const query = new URLSearchParams(search)
  const notice = query.get('notice') ?? undefined
  query.delete('notice')
  const here = query.size > 0 ? `${pathname}?${query}` : pathname
  return { here, notice, newest }
}

/** An event as the pages show it. */
export function eventView(event: RecordedEvent) {
  const { number, at, outcome, kind, why, change, rule, rayId } = event
  return {
    ...{ number, at, outcome, kind, why, change, rule, rayId },
    who: [nameOf(event), 'email' in event ? event.email : undefined].filter(Boolean).join(', '),
    ...('status' in event && {
      status: event.status,
      request: `${event.method} ${event.host}${event.path}`,
    }),
  }
}

/** An event's client, by its name where it has one. */
export function nameOf(event: RecordedEvent): string | undefined {
  return 'client' in event ? (event.client?.name ?? event.client?.id) : undefined
}

/** The people whom a click signs in. */
export function peopleOf(c: AppContext) {
  return c.get('settings').PEOPLE.map(({ name, email }) => ({ name, email }))
}

/**
 * The clock, and the end of the session that matters most.
 *
 * @param sessionEndsAt RFC 3339
 */
export function clockView(c: AppContext, sessionEndsAt: string | undefined) {
  const { now, state } = c.var
  return {
    now: new Date(now * 1000).toISOString(),
    offsetSeconds: state.clockOffsetSeconds,
    afterSession: sessionEndsAt && new Date(Date.parse(sessionEndsAt) + 1000).toISOString(),
  }
}
