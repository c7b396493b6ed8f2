import type { RecordedEvent } from '../../events/event'
import { type Flow, flowsOf } from '../../events/flows'
import { type Participant, participantsOf, sequenceOf } from '../../events/sequence'
import { FlowsPage, type FlowView } from '../../pages/console/flows'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { shortBlocks } from './blocks'
import { grantsOf, newestSessionEnd } from './grants'
import type { Control } from './inside'
import { clockView, eventView, pageOf, peopleOf } from './view'

const NEWEST = 10
const STEPS = 60

const NAMES: Record<Participant, string> = {
  person: 'Person',
  team: 'Team domain',
  client: 'Client',
  application: 'Application',
  origin: 'Origin',
  api: 'API',
}

/** Handles `GET /_emulator/`: shows the flows live, with the clock and automatic sign-in. */
export async function showFlows(c: AppContext, control: Control): Promise<Response> {
  const events = await c.get('emulator').events()
  const flows = flowsOf(events).sort((a, b) => lastOf(b) - lastOf(a))
  const chosen = flows.find(({ id }) => id === c.req.query('flow')) ?? flows[0]
  const sessionEndsAt = await newestSessionEnd(c, await grantsOf(c, control))
  return respondPage(
    c,
    200,
    (nonce) => (
      <FlowsPage
        nonce={nonce}
        {...pageOf(c, events.at(-1)?.number ?? 0)}
        flows={flows.map((flow) => linkOf(flow, flow === chosen))}
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

function linkOf(flow: Flow, isChosen: boolean) {
  const last = flow.events.at(-1)
  return {
    id: flow.id,
    name: titleOf(flow),
    steps: flow.events.length,
    at: last?.at.slice(11, 19) ?? '',
    outcome: last?.outcome ?? 'noted',
    isChosen,
  }
}

function flowView(c: AppContext, flow: Flow, all: RecordedEvent[]): FlowView {
  const steps = sequenceOf(flow, all)
  const participants = participantsOf(steps)
  const lane = (participant: Participant | undefined) =>
    participant && participants.indexOf(participant)
  return {
    name: titleOf(flow),
    clientId: flow.client?.id,
    application: flow.application?.name,
    email: emailOf(flow),
    lanes: participants.map((participant) => ({
      name: NAMES[participant],
      detail: detailOf(c, participant, flow),
    })),
    earlier: Math.max(0, steps.length - STEPS),
    steps: steps.slice(-STEPS).map(({ arrow, event, notes, ...step }) => ({
      ...step,
      event: eventView(event),
      notes: notes.map(eventView),
      from: lane(arrow?.from),
      to: lane(arrow?.to),
    })),
  }
}

// The person, user agent or host of a participant, as far as the flow's events have it.
function detailOf(c: AppContext, participant: Participant, flow: Flow): string | undefined {
  switch (participant) {
    case 'person':
      return emailOf(flow)
    case 'client':
      return flow.userAgent
    case 'team':
      return hostOf(flow, ['registration', 'token', 'authorization', 'login'])
    case 'application':
      return hostOf(flow, ['challenge', 'admission'])
    case 'origin':
      return originOf(c)
    case 'api':
      return '/client/v4'
  }
}

function originOf({ env, var: { settings } }: AppContext): string {
  if (env.ORIGIN) return 'a Worker'
  return settings.ORIGIN_URL ? new URL(settings.ORIGIN_URL).host : 'built-in demo'
}

function hostOf({ events }: Flow, kinds: RecordedEvent['kind'][]): string | undefined {
  const event = events.find(({ kind }) => kinds.includes(kind))
  return event && 'host' in event ? event.host : undefined
}

function titleOf({ client, userAgent }: Flow): string {
  return client?.name ?? client?.id ?? userAgent ?? 'Unknown caller'
}

function emailOf({ events }: Flow): string | undefined {
  const emails = events.map((event) => ('email' in event ? event.email : undefined))
  return emails.findLast(Boolean)
}

function lastOf({ events }: Flow): number {
  return events.at(-1)?.number ?? 0
}
