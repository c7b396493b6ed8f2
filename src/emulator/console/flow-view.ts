import type { RecordedEvent } from '../../events/event'
import type { Flow } from '../../events/flows'
import { type Participant, participantsOf, sequenceOf } from '../../events/sequence'
import type { FlowView } from '../../pages/console/flow'
import type { AppContext } from '../../request/context'
import { eventView } from './view'

const STEPS = 60

const NAMES: Record<Participant, string> = {
  person: 'Person',
  team: 'Team domain',
  client: 'Client',
  application: 'Application',
  origin: 'Origin',
  upstream: 'MCP servers',
  api: 'API',
}

/**
 * Returns a flow as a sequence diagram.
 *
 * @param all the events that the flow was found in
 * @param longest the number of steps that are shown, the latest
 */
export function flowView(
  c: AppContext,
  flow: Flow,
  all: RecordedEvent[],
  longest = STEPS,
): FlowView {
  const steps = sequenceOf(flow, all)
  const participants = participantsOf(steps)
  const lane = (participant: Participant | undefined) =>
    participant && participants.indexOf(participant)
  return {
    id: flow.id,
    name: titleOf(flow),
    clientId: flow.client?.id,
    application: flow.application?.name,
    email: emailOf(flow),
    lanes: participants.map((participant) => ({
      name: participant === 'origin' && isPortal(flow) ? 'Portal' : NAMES[participant],
      detail: detailOf(c, participant, flow),
    })),
    earlier: Math.max(0, steps.length - longest),
    steps: steps.slice(-longest).map(({ arrow, event, notes, ...step }) => ({
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
      return isPortal(flow) ? flow.application?.name : originOf(c)
    case 'upstream':
      return serversOf(flow)
    case 'api':
      return '/client/v4'
  }
}

function isPortal({ events }: Flow): boolean {
  return events.some(
    (each) =>
      each.kind === 'upstream-request' || (each.kind === 'admission' && each.portal !== undefined),
  )
}

function serversOf({ events }: Flow): string {
  const ids = events.flatMap((each) => (each.kind === 'upstream-request' ? [each.server] : []))
  return [...new Set(ids)].join(', ')
}

function originOf({ env, var: { settings } }: AppContext): string {
  if (env.ORIGIN) return 'a Worker'
  return settings.ORIGIN_URL ? new URL(settings.ORIGIN_URL).host : 'built-in demo'
}

function hostOf({ events }: Flow, kinds: RecordedEvent['kind'][]): string | undefined {
  const event = events.find(({ kind }) => kinds.includes(kind))
  return event && 'host' in event ? event.host : undefined
}

/** Returns the name of a flow's client, else its user agent. */
export function titleOf({ client, userAgent }: Flow): string {
  return client?.name ?? client?.id ?? userAgent ?? 'Unknown caller'
}

function emailOf({ events }: Flow): string | undefined {
  const emails = events.map((event) => ('email' in event ? event.email : undefined))
  return emails.findLast(Boolean)
}
