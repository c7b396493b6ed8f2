import { WithRules } from './rule'

export type OutcomeView = 'allowed' | 'asked' | 'refused' | 'failed' | 'noted'

/** An event as the console shows it. */
export type EventView = {
  number: number
  /** RFC 3339, of the emulated clock. */
  at: string
  outcome: OutcomeView
  kind: string
  status?: number | undefined
  /** Whether the status is the origin's, and not Access's. */
  isOfOrigin?: boolean | undefined
  /** `POST localhost:8788/mcp`. */
  request?: string | undefined
  /** The MCP message: `tools/call whoami`. */
  call?: string | undefined
  /** The client and the person, if they are known. */
  who?: string | undefined
  why: string
  change?: string | undefined
  rule?: string | undefined
  rayId: string
}

const SIGNS = { allowed: '✓', asked: '?', refused: '✕', failed: '!', noted: '·' }

/** Renders the outcome: a sign with its word. */
export function Sign({ outcome, isWordy }: { outcome: OutcomeView; isWordy?: boolean }) {
  return (
    <span class={`sign ${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]}</span>
      <span class={isWordy ? undefined : 'unseen'}>{outcome}</span>
    </span>
  )
}

/** Renders the time of day of an emulated time. */
export function TimeOfDay({ at }: { at: string }) {
  return (
    <time datetime={at} title={at}>
      {at.slice(11, 19)}
    </time>
  )
}

/** Returns the address of an event's page. */
export function eventAddress(number: number): string {
  return `/_emulator/console/events/${number}`
}

type StatusView = Pick<EventView, 'isOfOrigin' | 'outcome' | 'status'>

/**
 * Renders the status of a response, or its short form. The colour is the outcome of Access; if the response is
 * the origin's, the colour is that of its status.
 */
export function Status({ of, text }: { of: StatusView; text?: string | undefined }) {
  const { isOfOrigin, outcome, status } = of
  if (!isOfOrigin) return <span class={`status ${outcome}`}>{text ?? status}</span>
  return (
    <span class={`status ${(status ?? 0) >= 400 ? 'refused' : 'noted'}`}>
      <small>origin</small> {text ?? status}
    </span>
  )
}

/** Renders the reason of a decision, and the change that would lead to another one. */
export function Why({ event }: { event: EventView }) {
  return (
    <div class="why">
      <p>
        <WithRules text={event.why} />
      </p>
      {event.change && (
        <p class="change">
          <span aria-hidden="true">→ </span>
          {event.change}
        </p>
      )}
      <p class="evidence">
        {event.rule && (
          <span>
            rule{' '}
            <code>
              <WithRules text={event.rule} />
            </code>
          </span>
        )}
        <span>
          Cf-Ray <code>{event.rayId}</code>
        </span>
        <a href={eventAddress(event.number)}>event {event.number}</a>
      </p>
    </div>
  )
}

/** Renders a list of events, newest first. Equal neighbours are one row. */
export function EventList({
  events,
  isBrief,
  nothing = 'No event has been recorded yet.',
}: {
  events: EventView[]
  isBrief?: boolean
  /** Shown instead of an empty list. */
  nothing?: string
}) {
  if (events.length === 0) return <p class="empty">{nothing}</p>
  return (
    <ol class={isBrief ? 'events brief' : 'events'} reversed>
      {rowsOf(events).map(({ event, times }) => (
        <li id={isBrief ? undefined : `event-${event.number}`}>
          <TimeOfDay at={event.at} />
          <Sign outcome={event.outcome} isWordy />
          <div>
            <p class="what">
              <a
                href={eventAddress(event.number)}
                aria-label={`Event ${event.number}: ${event.kind}`}
              >
                <strong>{event.kind}</strong>
              </a>
              {event.call && <code>{event.call}</code>}
              {event.status && <Status of={event} />}
              {times > 1 && <span class="times">×{times}</span>}
              {event.who && <span class="who">{event.who}</span>}
              {!isBrief && event.request && <code>{event.request}</code>}
            </p>
            {isBrief ? <p class="soft">{event.why}</p> : <Why event={event} />}
          </div>
        </li>
      ))}
    </ol>
  )
}

// Returns the newest event of each run of equal ones.
function rowsOf(events: EventView[]): { event: EventView; times: number }[] {
  const rows: { event: EventView; times: number }[] = []
  for (const event of events) {
    const last = rows.at(-1)
    if (last && likenessOf(last.event) === likenessOf(event)) last.times++
    else rows.push({ event, times: 1 })
  }
  return rows
}

function likenessOf({ kind, outcome, status, request, call, who, why }: EventView): string {
  return JSON.stringify([kind, outcome, status, request, call, who, why])
}
