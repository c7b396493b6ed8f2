import { CopyBlock } from './action'
import { AutoSignIn, type AutoSignInView } from './auto-sign-in'
import { Clock, type ClockView } from './clock'
import { EventList, type EventView, type OutcomeView, Sign } from './event'
import { Card, ConsoleFrame, type ConsolePage } from './frame'
import { type LaneView, Sequence, type StepView } from './sequence'

type FlowLink = {
  id: string
  name: string
  steps: number
  /** The time of day of its last event. */
  at: string
  outcome: OutcomeView
  isChosen: boolean
}

export type FlowView = {
  name: string
  clientId?: string | undefined
  application?: string | undefined
  email?: string | undefined
  lanes: LaneView[]
  steps: StepView[]
  /** The number of earlier steps that are not shown. */
  earlier: number
}

type Flows = ConsolePage & {
  flows: FlowLink[]
  flow: FlowView | undefined
  events: EventView[]
  clock: ClockView
  autoSignIn: AutoSignInView
  connect: { name: string; text: string }[]
}

/** Renders the console's first page: every flow, as it happens. */
export function FlowsPage({ flows, flow, events, clock, autoSignIn, connect, ...page }: Flows) {
  return (
    <ConsoleFrame title="Flows" {...page}>
      <h1 class="unseen">Flows</h1>
      <div class="columns">
        <div>
          <section class="card" id="flow" data-live aria-label="Sequence">
            {flow ? <Flow flow={flow} flows={flows} /> : <Nothing connect={connect} />}
          </section>
          <Card
            title="Newest events"
            id="events"
            aside={<a href="/_emulator/console/events">All events</a>}
          >
            <EventList events={events} isBrief />
          </Card>
        </div>
        <aside aria-label="Controls">
          <Clock clock={clock} here={page.here} />
          <AutoSignIn {...autoSignIn} here={page.here} />
          <Card title="Connect" aside={<a href="/_emulator/console/connect">All clients</a>}>
            {connect.map(({ name, text }) => (
              <>
                <p class="copy-name">{name}</p>
                <CopyBlock name={name} text={text} isShort />
              </>
            ))}
          </Card>
        </aside>
      </div>
    </ConsoleFrame>
  )
}

function Flow({ flow, flows }: { flow: FlowView; flows: FlowLink[] }) {
  const { name, clientId, application, email, lanes, steps, earlier } = flow
  return (
    <>
      <div class="flow-head">
        <h2>
          <bdi>{name}</bdi>
          {application && <span class="soft"> at {application}</span>}
          {email && <span class="soft"> as {email}</span>}
        </h2>
        {clientId && (
          <a href={`/_emulator/clients/${encodeURIComponent(clientId)}/report`}>Client report</a>
        )}
      </div>
      {flows.length > 1 && <FlowLinks flows={flows} />}
      <Sequence lanes={lanes} steps={steps} earlier={earlier} />
    </>
  )
}

const SHOWN = 6

function FlowLinks({ flows }: { flows: FlowLink[] }) {
  const older = flows.slice(SHOWN)
  return (
    <nav class="flows" aria-label="Flows">
      <ul>{flows.slice(0, SHOWN).map(Link)}</ul>
      {older.length > 0 && (
        <details id="older-flows" open={older.some(({ isChosen }) => isChosen)}>
          <summary>
            {older.length} older {older.length === 1 ? 'flow' : 'flows'}
          </summary>
          <ul>{older.map(Link)}</ul>
        </details>
      )}
    </nav>
  )
}

function Link({ id, name, steps, at, outcome, isChosen }: FlowLink) {
  return (
    <li>
      <a
        href={`/_emulator/?flow=${encodeURIComponent(id)}`}
        aria-current={isChosen ? 'true' : undefined}
      >
        <Sign outcome={outcome} />
        <bdi>{name}</bdi>
        <small>
          {at}, {steps === 1 ? '1 event' : `${steps} events`}
        </small>
      </a>
    </li>
  )
}

function Nothing({ connect }: { connect: Flows['connect'] }) {
  const [url] = connect
  return (
    <div class="nothing">
      <h2>Waiting for the first request</h2>
      <p class="soft">
        Point an MCP client at the address below. Every step of its flow appears here as it happens:
        the 401, discovery, registration, the authorization, tokens, each call, each refresh.
      </p>
      {url && <CopyBlock name={url.name} text={url.text} isShort />}
    </div>
  )
}
