import { EventList, type EventView } from './event'
import { ConsoleFrame, type ConsolePage } from './frame'

type EventFilter = { kind: string; outcome: string; client: string; text: string }

type Events = ConsolePage & {
  events: EventView[]
  filter: EventFilter
  kinds: string[]
  outcomes: readonly string[]
  clients: { id: string; name: string }[]
  /** The address of the page of older events. */
  older?: string | undefined
}

/** Renders the recorded events, with the reason of each decision. */
export function EventsPage({ events, filter, kinds, outcomes, clients, older, ...page }: Events) {
  const isFiltered = Object.values(filter).some((value) => value !== '')
  return (
    <ConsoleFrame title="Events" {...page}>
      <h1>Events</h1>
      <search>
        <form class="filter card" method="get">
          <Choice name="kind" label="Kind" value={filter.kind} options={kinds} />
          <Choice name="outcome" label="Outcome" value={filter.outcome} options={[...outcomes]} />
          <Choice
            name="client"
            label="Client"
            value={filter.client}
            options={clients.map(({ id }) => id)}
            names={new Map(clients.map(({ id, name }) => [id, name]))}
          />
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
  options: string[]
  names?: Map<string, string>
}

function Choice({ name, label, value, options, names }: Choices) {
  return (
    <div>
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">all</option>
        {options.map((option) => (
          <option value={option} selected={option === value}>
            {names?.get(option) ?? option}
          </option>
        ))}
      </select>
    </div>
  )
}
