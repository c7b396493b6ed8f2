import type { Child } from 'hono/jsx'
import { Fact, Facts } from '../facts'
import { type EventView, Sign, Status, TimeOfDay, Why } from './event'

type Pair = { name: string; value: string }

/** Everything that an event has. */
export type EventDetailsView = {
  event: EventView
  /** `POST http://localhost:8788/mcp`. */
  requestLine?: string | undefined
  userAgent?: string | undefined
  mcp: Pair[]
  query: Pair[]
  form: Pair[]
  responseHeaders: Pair[]
  /** The members that are shown nowhere else. */
  members: Pair[]
  /** The other events of the same request. */
  others: EventView[]
}

/** Renders everything that an event has: the decision, the request and the response. */
export function EventDetails({ details }: { details: EventDetailsView }) {
  const { event, requestLine, userAgent, mcp, query, form, responseHeaders } = details
  return (
    <div class="details">
      <Part title="Decision">
        <p class="what">
          <Sign outcome={event.outcome} isWordy />
          {event.status && <Status of={event} />}
          {event.who && <span>{event.who}</span>}
        </p>
        <Why event={event} />
      </Part>
      {requestLine && (
        <Part title="Request">
          <p>
            <code>{requestLine}</code>
          </p>
          <Pairs
            pairs={[...mcp, ...(userAgent ? [{ name: 'User-Agent', value: userAgent }] : [])]}
          />
          <Pairs title="Query" pairs={query} />
          <Pairs title="Form" pairs={form} />
        </Part>
      )}
      {responseHeaders.length > 0 && (
        <Part title="Response">
          <p>
            <Status of={event} />
          </p>
          <Pairs pairs={responseHeaders} />
        </Part>
      )}
      {details.members.length > 0 && (
        <Part title="Members">
          <Pairs pairs={details.members} />
        </Part>
      )}
      {details.others.length > 0 && (
        <Part title="Other events of this request">
          <ul class="notes">
            {details.others.map((other) => (
              <li>
                <TimeOfDay at={other.at} /> <Sign outcome={other.outcome} />{' '}
                <strong>{other.kind}</strong> {other.why}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </div>
  )
}

function Part({ title, children }: { title: string; children: Child }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function Pairs({ title, pairs }: { title?: string; pairs: Pair[] }) {
  if (pairs.length === 0) return null
  return (
    <>
      {title && <h3>{title}</h3>}
      <Facts>
        {pairs.map(({ name, value }) => (
          <Fact name={name}>
            <code>{value}</code>
          </Fact>
        ))}
      </Facts>
    </>
  )
}
