export type OutcomeView = 'allowed' | 'asked' | 'refused' | 'failed' | 'noted'

/** An event as the console tells it. */
export type EventView = {
  number: number
  /** RFC 3339, of the emulated clock. */
  at: string
  outcome: OutcomeView
  kind: string
  status?: number | undefined
  /** `POST localhost:8788/mcp`. */
  request?: string | undefined
  /** The client and the person, as far as they are known. */
  who?: string | undefined
  why: string
  change?: string | undefined
  rule?: string | undefined
  rayId: string
}

const SIGNS = { allowed: '✓', asked: '?', refused: '✕', failed: '!', noted: '·' }

/** How it ended: a sign with its word. */
export function Sign({ outcome, isWordy }: { outcome: OutcomeView; isWordy?: boolean }) {
  return (
    <span class={`sign ${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]}</span>
      <span class={isWordy ? undefined : 'unseen'}>{outcome}</span>
    </span>
  )
}

/** The time of the day of an emulated time. */
export function TimeOfDay({ at }: { at: string }) {
  return (
    <time datetime={at} title={at}>
      {at.slice(11, 19)}
    </time>
  )
}

// The page that begins with it, because it may be too old for the first one.
function eventAddress(number: number): string {
  return `/_emulator/console/events?before=${number + 1}#event-${number}`
}

/** Why it was decided so, and what would have to be different. */
export function Why({ event }: { event: EventView }) {
  return (
    <div class="why">
      <p>{event.why}</p>
      {event.change && (
        <p class="change">
          <span aria-hidden="true">→ </span>
          {event.change}
        </p>
      )}
      <p class="evidence">
        {event.rule && (
          <span>
            rule <code>{event.rule}</code>
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

/** A list of events; the latest first. */
export function EventList({ events, isBrief }: { events: EventView[]; isBrief?: boolean }) {
  if (events.length === 0) return <p class="empty">Nothing has happened yet.</p>
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
