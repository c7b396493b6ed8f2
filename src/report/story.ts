import type { RecordedEvent } from '../events/event'
import { flowsOf } from '../events/flows'

/** Events of one kind. */
export type EventOf<K extends RecordedEvent['kind']> = Extract<RecordedEvent, { kind: K }>

/** A client of Managed OAuth, as it is registered. */
export type ReportedClient = {
  id: string
  name?: string | undefined
  redirectUris: string[]
  grantTypes: string[]
}

/** When the report is made, and how long it has to wait for what a client may still do. */
export type Moment = { now: number; codeLifetimeSeconds: number }

/** One authorization, from the request to its code, with the steps of the person in between. */
type Authorization = {
  /** The request itself, or the first step that is still known. */
  request: EventOf<'authorization'>
  steps: EventOf<'authorization'>[]
}

/** What is known of one client, read once for all checks. */
export type Story = Moment & {
  client: ReportedClient
  /** Its own, in the order of what happened. */
  events: RecordedEvent[]
  /** Everybody's: what another client did may tell something of this one. */
  all: RecordedEvent[]
  userAgent: string | undefined
  registration: EventOf<'registration'> | undefined
  authorizations: Authorization[]
  exchanges: EventOf<'token'>[]
  refreshes: EventOf<'token'>[]
}

/** Reads a client's story out of all events, in the order of their numbers. */
export function storyOf(all: RecordedEvent[], client: ReportedClient, moment: Moment): Story {
  const flow = flowsOf(all).find(({ id }) => id === client.id)
  const events = flow?.events ?? []
  const tokens = ofKind(events, 'token')
  return {
    ...moment,
    client,
    events,
    all,
    userAgent: flow?.userAgent,
    registration: ofKind(events, 'registration').findLast(({ outcome }) => outcome === 'allowed'),
    authorizations: authorizationsOf(ofKind(events, 'authorization')),
    exchanges: tokens.filter(({ grantType }) => grantType === 'authorization_code'),
    refreshes: tokens.filter(({ grantType }) => grantType === 'refresh_token'),
  }
}

export function ofKind<K extends RecordedEvent['kind']>(
  events: RecordedEvent[],
  kind: K,
): EventOf<K>[] {
  return events.filter((event): event is EventOf<K> => event.kind === kind)
}

const ENDPOINT = '/oauth/authorization'

// A login page and a consent page lead back to the same request, which is checked anew: it is the same
// authorization until it has ended. A request like one that has ended is another.
function authorizationsOf(events: EventOf<'authorization'>[]): Authorization[] {
  const found: Authorization[] = []
  for (const event of events) {
    const known = found.findLast(({ request }) => isAlike(request, event))
    const isFurtherStep = known && (!event.path.endsWith(ENDPOINT) || !hasEnded(known))
    if (isFurtherStep) known.steps.push(event)
    else found.push({ request: event, steps: [event] })
  }
  return found
}

function isAlike(one: EventOf<'authorization'>, other: EventOf<'authorization'>): boolean {
  return one.stateHash === other.stateHash && one.codeChallengeHash === other.codeChallengeHash
}

// Who is blocked may log in as somebody else and go on.
function hasEnded({ steps }: Authorization): boolean {
  return steps.some(
    ({ error, step }) => error !== undefined || step === 'code' || step === 'denied',
  )
}
