import { CopyBlock, Guide } from './action'
import { eventAddress } from './event'
import { EventDetails, type EventDetailsView } from './event-details'
import { ConsoleFrame, type ConsolePage } from './frame'

type EventPage = ConsolePage & {
  details: EventDetailsView
  /** The numbers of the neighbouring events. */
  previous?: number | undefined
  next?: number | undefined
  /** The address of the event's flow. */
  flow?: string | undefined
  /** Texts to copy: curl, JSON, Markdown. */
  copies: { name: string; text: string }[]
}

/** Renders the page of one event, whose address is its permanent link. */
export function EventPage({ details, previous, next, flow, copies, ...page }: EventPage) {
  const { number, kind, outcome } = details.event
  const isRefusal = outcome === 'refused' || outcome === 'failed'
  return (
    <ConsoleFrame title={`Event ${number}`} {...page}>
      <div class="title">
        <h1>
          Event {number}: {kind}
        </h1>
        <nav aria-label="Neighbours" class="neighbours">
          {previous !== undefined && (
            <a href={eventAddress(previous)} rel="prev">
              ← Event {previous}
            </a>
          )}
          {next !== undefined && (
            <a href={eventAddress(next)} rel="next">
              Event {next} →
            </a>
          )}
          {flow && <a href={flow}>Its flow</a>}
        </nav>
      </div>
      <EventDetails details={details} />
      {isRefusal && (
        <p class="soft small">
          <Guide file="troubleshooting.md" />
        </p>
      )}
      <h2 class="copies">Copy as</h2>
      {copies.map(({ name, text }) => (
        <details class="card" id={`copy-${name.toLowerCase()}`} open={name === 'curl'}>
          <summary>{name}</summary>
          <CopyBlock name={name} text={text} />
        </details>
      ))}
    </ConsoleFrame>
  )
}
