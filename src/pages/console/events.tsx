import { EventList, type EventView } from './event'
import { ConsoleFrame, type ConsolePage } from './frame'
import { OutcomeChips } from './outcome-chips'

type EventFilter = { kind: string; outcome: string; client: string; text: string }

type Events = ConsolePage & {
  events: EventView[]
  filter: EventFilter
  /** Kinds of events, and their names for people. */
  kinds: { id: string; name: string }[]
  clients: { id: string; name: string }[]
  /** The address of the page of older events. */
  older?: string | undefined
}

/** Renders the recorded events, with the reason of each decision. */
export function EventsPage({ events, filter, kinds, clients, older, ...page }: Events) {
  const { outcome, ...others } = filter
  const isFiltered = Object.values(filter).some((value) => value !== '')
  return (
    <ConsoleFrame title="Events" {...page}>
      <h1>Events</h1>
      <search>
        <form class="filter card" method="get">
          {outcome && <input type="hidden" name="outcome" value={outcome} />}
          <Choice name="kind" label="Kind" value={filter.kind} options={kinds} />
          <Choice name="client" label="Client" value={filter.client} options={clients} />
          <div>
            <label for="text">Text</label>
            <input
              id="text"
              name="text"
              type="search"
              value={filter.text}
              placeholder="reason, Cf-Ray, path, e-mail address"
            />
          </div>
          <button type="submit" class="main">
            Filter
          </button>
          <a href="/_emulator/console/events">Show all</a>
        </form>
        <OutcomeChips path="/_emulator/console/events" query={others} chosen={outcome} />
      </search>
      <section class="card" id="events" data-live aria-label="Events">
        <EventList
          events={events}
          nothing={isFiltered ? 'No event matches the filter.' : undefined}
        />
        {older && (
          <p class="older">
            <a href={older}>Older events</a>
          </p>
        )}
      </section>
    </ConsoleFrame>
  )
}

type Choices = {
  name: string
  label: string
  value: string
  options: { id: string; name: string }[]
}

function Choice({ name, label, value, options }: Choices) {
  return (
    <div>
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">all</option>
        {options.map((option) => (
          <option value={option.id} selected={option.id === value}>
            {option.name}
          </option>
        ))}
      </select>
    </div>
  )
}
