import { CopyBlock } from './action'
import { AutoSignIn, type AutoSignInView } from './auto-sign-in'
import { Clock, type ClockView } from './clock'
import { EventList, type EventView } from './event'
import { Flow, FlowLinks, type FlowView } from './flow'
import { FlowList, type FlowListView } from './flow-list'
import { Card, ConsoleFrame, type ConsolePage } from './frame'

type Flows = ConsolePage &
  FlowListView & {
    flow: FlowView | undefined
    events: EventView[]
    clock: ClockView
    autoSignIn: AutoSignInView
    connect: { name: string; text: string }[]
  }

/** Renders the console's first page: every flow, as it happens. */
export function FlowsPage(props: Flows) {
  const { flows, filter, hidden, flow, events, clock, autoSignIn, connect, ...page } = props
  return (
    <ConsoleFrame title="Flows" {...page}>
      <h1 class="unseen">Flows</h1>
      <div class="watch">
        <FlowList flows={flows} filter={filter} hidden={hidden} newest={page.newest} />
        <div class="watched">
          <section class="card" id="flow" data-live aria-label="Sequence">
            {flow ? (
              <Flow flow={flow} links={<FlowLinks flow={flow} />} />
            ) : (
              <Nothing connect={connect} />
            )}
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
