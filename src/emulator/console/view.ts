import type { RecordedEvent } from '../../events/event'
import type { AppContext } from '../../request/context'
import { inEffect } from '../in-effect'

/** Returns the properties that every page of the console has. */
export function pageOf(c: AppContext, newest: number) {
  const { pathname, search } = new URL(c.req.url)
  const query = new URLSearchParams(search)
  const notice = query.get('notice') ?? undefined
  query.delete('notice')
  const here = query.size > 0 ? `${pathname}?${query}` : pathname
  return { here, notice, newest, inEffect: inEffectView(c) }
}

function inEffectView(c: AppContext) {
  const { clock_offset_seconds, auto_sign_in, faults, quirks } = inEffect(c)
  const signIns = [...new Set(auto_sign_in.map(({ email }) => email))]
  const { warnings = [] } = c.get('settings')
  return { clockOffsetSeconds: clock_offset_seconds, signIns, faults, quirks, warnings }
}

// A list of events names these kinds as Cloudflare's logs do.
const KIND_NAMES: Partial<Record<RecordedEvent['kind'], string>> = {
  'access-request': 'policy decision',
  admission: 'request admitted',
  'application-opened': 'SSO session used',
}

/** Returns the name of a kind of event for people. */
export function nameOfKind(kind: string): string {
  return KIND_NAMES[kind as RecordedEvent['kind']] ?? kind
}

/** Returns an event as the pages show it. */
export function eventView(event: RecordedEvent) {
  const { number, at, outcome, kind, why, change, rule, rayId } = event
  return {
    ...{ number, at, outcome, why, change, rayId },
    kind: nameOfKind(kind),
    // The name of a policy is enough: its id is on the page of the event.
    rule: rule?.replace(/ \([0-9a-f-]{36}\)$/, ''),
    who: [nameOf(event), 'email' in event ? event.email : undefined].filter(Boolean).join(', '),
    ...('status' in event && {
      status: event.status,
      isOfOrigin: event.kind === 'admission' && event.origin === 'responded',
      request: `${event.method} ${event.host}${event.path}`,
      call: callOf(event.mcp),
    }),
    ...(event.kind === 'upstream-request' && {
      status: event.responseStatus,
      request: `${event.method} ${event.url}`,
      call: callOf(
        event.mcpMethod === undefined
          ? undefined
          : { method: event.mcpMethod, name: event.mcpName },
      ),
    }),
  }
}

/** Returns an MCP message in a few words: `tools/call whoami`. */
export function callOf(mcp: { method: string; name?: string | undefined } | undefined) {
  return mcp && [mcp.method, mcp.name].filter(Boolean).join(' ')
}

/** Returns the name of an event's client, else its id. */
export function nameOf(event: RecordedEvent): string | undefined {
  return 'client' in event ? (event.client?.name ?? event.client?.id) : undefined
}

/** Returns the people of the setting `PEOPLE`. */
export function peopleOf(c: AppContext) {
  return c.get('settings').PEOPLE.map(({ name, email }) => ({ name, email }))
}

/**
 * Returns the clock, and the time one second after the session's end.
 *
 * @param sessionEndsAt the end of the newest active session, RFC 3339
 */
export function clockView(c: AppContext, sessionEndsAt: string | undefined) {
  const { now, state } = c.var
  return {
    now: new Date(now * 1000).toISOString(),
    offsetSeconds: state.clockOffsetSeconds,
    afterSession: sessionEndsAt && new Date(Date.parse(sessionEndsAt) + 1000).toISOString(),
  }
}
