import type { RecordedEvent } from '../events/event'
import { flowsOf } from '../events/flows'
import type { FaultName } from '../switches/faults'

/** Events of one kind. */
export type EventOf<K extends RecordedEvent['kind']> = Extract<RecordedEvent, { kind: K }>

/** A client of Managed OAuth, as it is registered. */
export type ReportedClient = {
  id: string
  name?: string | undefined
  redirectUris: string[]
  grantTypes: string[]
}

/** The time of the report, and the lifetime of codes that the client may still redeem. */
export type Moment = { now: number; codeLifetimeSeconds: number }

/** One authorization, from the request to its code, with the person's steps in between. */
type Authorization = {
  /** The request itself, or the first step that is still recorded. */
  request: EventOf<'authorization'>
  steps: EventOf<'authorization'>[]
}

/** The recorded history of one client, prepared once for all checks. */
export type Story = Moment & {
  client: ReportedClient
  /** The client's own events, in chronological order. */
  events: RecordedEvent[]
  /** The events of all clients, because some checks compare clients. */
  all: RecordedEvent[]
  userAgent: string | undefined
  registration: EventOf<'registration'> | undefined
  authorizations: Authorization[]
  exchanges: EventOf<'token'>[]
  refreshes: EventOf<'token'>[]
}

/** Selects a client's history from all events, which are in the order of their numbers. */
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

/**
 * Returns the last request of the client's user agent for the authorization server metadata, before the
 * event of a number. Such a request names no client.
 */
export function lastServerMetadata(
  { all, userAgent }: Story,
  number: number,
): EventOf<'discovery'> | undefined {
  return ofKind(all, 'discovery').findLast(
    (event) =>
      event.document === 'authorization-server' &&
      event.userAgent === userAgent &&
      event.number < number,
  )
}

/** Returns the instruction to switch a fault on for one strike. */
export function switchOn(fault: FaultName): string {
  return `Switch the fault on with PUT /_emulator/faults/${fault} and {"times": 1}`
}

const ENDPOINT = '/oauth/authorization'

// A login page and a consent page lead back to the same request, which is then checked again. It belongs
// to the same authorization until that has ended. After that, an equal request begins another one.
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

// A blocked step ends nothing: the person may log in with another identity and continue.
function hasEnded({ steps }: Authorization): boolean {
  return steps.some(
    ({ error, step }) => error !== undefined || step === 'code' || step === 'denied',
  )
}
