import type { RecordedEvent } from '../../events/event'
import { type Flow, flowsOf } from '../../events/flows'
import { FlowsPage } from '../../pages/console/flows'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { shortBlocks } from './blocks'
import { flowView, titleOf } from './flow-view'
import { grantsOf, newestSessionEnd } from './grants'
import type { Control } from './inside'
import { clockView, eventView, pageOf, peopleOf } from './view'

const NEWEST = 10

/** Handles `GET /_emulator/`: shows the flows live, with the clock and automatic sign-in. */
export async function showFlows(c: AppContext, control: Control): Promise<Response> {
  const { text = '', outcome = '', after = '', flow: id } = c.req.query()
  const events = await c.get('emulator').events.latest()
  const newest = events.at(-1)?.number ?? 0
  const all = flowsOf(events).sort((a, b) => lastOf(b) - lastOf(a))
  const flows = all.filter(matching({ text, outcome, after }))
  const chosen = all.find((flow) => flow.id === id) ?? flows[0]
  const sessionEndsAt = await newestSessionEnd(c, await grantsOf(c, control, 1))
  return respondPage(
    c,
    200,
    (nonce) => (
      <FlowsPage
        nonce={nonce}
        {...pageOf(c, newest)}
        flows={flows.map((flow) => linkOf(flow, flow === chosen))}
        filter={{ text, outcome, after }}
        hidden={all.length - flows.length}
        flow={chosen && flowView(c, chosen, events)}
        events={events.slice(-NEWEST).reverse().map(eventView)}
        clock={clockView(c, sessionEndsAt)}
        autoSignIn={{ rules: c.get('state').autoSignIns, people: peopleOf(c) }}
        connect={shortBlocks(c)}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

type Filter = { text: string; outcome: string; after: string }

// A flow matches if one of its events has the outcome, and one has the text.
function matching({ text, outcome, after }: Filter): (flow: Flow) => boolean {
  const wanted = text.toLowerCase()
  return (flow) =>
    lastOf(flow) > Number(after) &&
    (outcome === '' || flow.events.some((event) => event.outcome === outcome)) &&
    (wanted === '' || JSON.stringify(flow).toLowerCase().includes(wanted))
}

function linkOf(flow: Flow, isChosen: boolean) {
  const last = flow.events.at(-1)
  return {
    id: flow.id,
    name: titleOf(flow),
    steps: flow.events.length,
    refused: flow.events.filter(isRefusal).length,
    at: last?.at.slice(11, 19) ?? '',
    outcome: last?.outcome ?? 'noted',
    isChosen,
  }
}

function isRefusal({ outcome }: RecordedEvent): boolean {
  return outcome === 'refused' || outcome === 'failed'
}

function lastOf({ events }: Flow): number {
  return events.at(-1)?.number ?? 0
}
