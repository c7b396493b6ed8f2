import type { RecordedEvent } from './event'

type Client = { id: string; name?: string | undefined }
type Application = { id: string; name: string }

/** The events of one caller, from its first challenge to its last refresh. */
export type Flow = {
  /** The client's id, or the user agent of a caller without a client. */
  id: string
  /** Undefined if the caller was only challenged, read metadata, or was refused registration. */
  client?: Client
  /** The application of the latest event that names one. */
  application?: Application
  /** The user agent of the client itself, not of the browser that it opens. */
  userAgent?: string
  /** In chronological order. */
  events: RecordedEvent[]
}

/** The requests of one user agent that identify no client. */
type Caller = {
  /** Requests that may belong to the client that identifies itself next. */
  waiting: RecordedEvent[]
  /** Requests that belong to no client. */
  strays: RecordedEvent[]
  last?: Flow
}

// Kinds of requests that a client sends itself. A browser sends the others.
const BY_CLIENTS = ['challenge', 'discovery', 'registration', 'token', 'revocation', 'admission']
// Kinds of requests that may precede a caller's registration, or not identify it.
const NAMELESS = ['challenge', 'discovery', 'registration', 'token', 'revocation']

/**
 * Groups events by client, in the order of the clients' first events. Events without a client (of an
 * administrator, or of a person who visits the application) are in no flow.
 *
 * A challenge without a credential and a request for metadata do not identify the client. They are
 * assigned to the client that next identifies itself with the same user agent: by registering, redeeming
 * a code, or using a token. A client that already has tokens is assigned no request without a credential,
 * because that may come from a new client. A request with an unknown credential is assigned to no client,
 * because many clients share a user agent (such as `node`).
 *
 * @param events in the order of their numbers
 */
export function flowsOf(events: RecordedEvent[]): Flow[] {
  const clientOf = clientsOf(events)
  const requests = new Map(events.filter(isRequest).map((event) => [event.rayId, event]))
  const flows = new Map<string, Flow>()
  const callers = new Map<string, Caller>()
  const holders = new Set<Flow>()
  for (const event of events) {
    const request = requests.get(event.rayId)
    const client = clientOf(event) ?? (request && clientOf(request))
    const userAgent = request?.userAgent
    if (!client) {
      if (!request || !NAMELESS.includes(request.kind)) continue
      const caller = callerOf(callers, userAgent)
      caller[mayBeInherited(request) ? 'waiting' : 'strays'].push(event)
      continue
    }
    const flow = flows.get(client.id) ?? { id: client.id, client, events: [] }
    flows.set(client.id, flow)
    flow.events.push(event)
    if (!isRequest(event) || !BY_CLIENTS.includes(event.kind)) continue
    if (userAgent !== undefined) flow.userAgent = userAgent
    claim(callerOf(callers, userAgent), flow, isFirstSight(event) || !holders.has(flow))
    if (event.kind === 'token' && event.outcome === 'allowed') holders.add(flow)
  }
  const nameless = [...callers].flatMap(([userAgent, caller]) => {
    if (caller.last) claim(caller, caller.last, !holders.has(caller.last))
    const left = [...caller.waiting, ...caller.strays]
    return left.length > 0 ? [namelessFlow(userAgent, left)] : []
  })
  return [...flows.values(), ...nameless].map(completed).sort((a, b) => firstOf(a) - firstOf(b))
}

// Assigns the waiting requests of the user agent to the flow, unless they may come from a new client.
function claim(caller: Caller, flow: Flow, takesNewcomers: boolean): void {
  if (takesNewcomers || !caller.waiting.some(isNewcomer)) {
    flow.events.push(...caller.waiting.splice(0))
  }
  caller.last = flow
}

// Returns whether a request without a client may be assigned to one.
function mayBeInherited(request: RecordedEvent): boolean {
  if (request.kind === 'challenge') return request.credential === 'none'
  return request.kind === 'discovery' || request.kind === 'registration'
}

function isNewcomer(event: RecordedEvent): boolean {
  return (
    event.kind === 'registration' || (event.kind === 'challenge' && event.credential === 'none')
  )
}

function isFirstSight(event: RecordedEvent): boolean {
  return (
    event.kind === 'registration' ||
    (event.kind === 'token' && event.grantType === 'authorization_code')
  )
}

function callerOf(callers: Map<string, Caller>, userAgent = ''): Caller {
  const caller = callers.get(userAgent) ?? { waiting: [], strays: [] }
  callers.set(userAgent, caller)
  return caller
}

function namelessFlow(userAgent: string, events: RecordedEvent[]): Flow {
  return {
    id: userAgent ? `user agent ${userAgent}` : 'no user agent',
    ...(userAgent && { userAgent }),
    events,
  }
}

// The name may be known only from a later event: the event of a fault has just the client's id.
function completed(flow: Flow): Flow {
  const events = flow.events.toSorted((a, b) => a.number - b.number)
  const name = events.map(namedClient).findLast((client) => client?.name)?.name
  const application = events.map(namedApplication).findLast(Boolean)
  return {
    ...flow,
    ...(flow.client && { client: name ? { id: flow.client.id, name } : { id: flow.client.id } }),
    ...(application && { application }),
    events,
  }
}

function firstOf({ events }: Flow): number {
  return events[0]?.number ?? 0
}

/** Returns a function that finds an event's client, by its grant if the event names only that. */
function clientsOf(events: RecordedEvent[]): (event: RecordedEvent) => Client | undefined {
  const byGrant = new Map<string, Client>()
  for (const event of events) {
    const client = namedClient(event)
    const grantId = grantOf(event)
    if (client && grantId) byGrant.set(grantId, client)
  }
  return (event) => namedClient(event) ?? byGrant.get(grantOf(event) ?? '')
}

// A refused registration has a name, but no id.
function namedClient(event: RecordedEvent): Client | undefined {
  const client = 'client' in event ? event.client : undefined
  return client?.id ? client : undefined
}

function namedApplication(event: RecordedEvent): Application | undefined {
  const application = 'application' in event ? event.application : undefined
  return typeof application === 'object'
    ? { id: application.id, name: application.name }
    : undefined
}

function grantOf(event: RecordedEvent): string | undefined {
  return 'grantId' in event ? event.grantId : undefined
}

function isRequest(event: RecordedEvent): event is Extract<RecordedEvent, { status: number }> {
  return 'status' in event
}
