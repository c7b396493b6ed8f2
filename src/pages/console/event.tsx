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
  /** `POST localhost:8788/mcp`. */
  request?: string | undefined
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

// The page of events that begins with this one, because it may be too old for the first page.
function eventAddress(number: number): string {
  return `/_emulator/console/events?before=${number + 1}#event-${number}`
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

/** Renders a list of events, newest first. */
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
      {events.map((event) => (
        <li id={isBrief ? undefined : `event-${event.number}`}>
          <TimeOfDay at={event.at} />
          <Sign outcome={event.outcome} isWordy />
          <div>
            <p class="what">
              <strong>{event.kind}</strong>
              {event.status && <span class={`status ${event.outcome}`}>{event.status}</span>}
              {event.who && <span>{event.who}</span>}
              {!isBrief && event.request && <code>{event.request}</code>}
            </p>
            {isBrief ? <p class="soft">{event.why}</p> : <Why event={event} />}
          </div>
        </li>
      ))}
    </ol>
  )
}
