import type { RecordedEvent } from './event'

type Client = { id: string; name?: string | undefined }
type Application = { id: string; name: string }

/** One caller's way, from its first challenge to its last refresh. */
export type Flow = {
  /** The client's id; of a caller that has none yet, its user agent. */
  id: string
  /** None while the caller has only been challenged, looked for metadata, or was refused to register. */
  client?: Client
  /** The one that it was last about. */
  application?: Application
  /** Of the client itself, not of the browser that it opens. */
  userAgent?: string
  /** In the order of what happened. */
  events: RecordedEvent[]
}

/** The requests of one user agent that say nothing of a client. */
type Caller = {
  /** Those that may be of the client that shows itself next. */
  waiting: RecordedEvent[]
  /** Those that stay nobody's. */
  strays: RecordedEvent[]
  last?: Flow
}

// What a client sends itself; all else of an authorization is sent by a browser.
const BY_CLIENTS = ['challenge', 'discovery', 'registration', 'token', 'revocation', 'admission']
// What a caller may do before anybody knows its client.
const NAMELESS = ['challenge', 'discovery', 'registration', 'token', 'revocation']

/**
 * The events of each client, in the order of the clients' first events. What is about no client (an
 * administrator's doing, a person who visits the application) is in none.
 *
 * A challenge without a credential and a look at metadata do not say whose they are. They belong to
 * the client that shows itself next with the same user agent: it registers, or redeems a code, or uses
 * a token. A caller without any credential is not taken for a client that has been given tokens: it may
 * be a newcomer. Whoever shows a credential that nobody here was given may be anybody: many share a
 * user agent, `node` for one.
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

// Gives the flow what its user agent has done without a name, unless that may be a newcomer's.
function claim(caller: Caller, flow: Flow, takesNewcomers: boolean): void {
  if (takesNewcomers || !caller.waiting.some(isNewcomer)) {
    flow.events.push(...caller.waiting.splice(0))
  }
  caller.last = flow
}

// Says nothing against the client that it is taken to be of.
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

// Names are learned late: a fault that strikes knows only the client's id.
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

/** Finds an event's client, by its grant where it says only that. */
function clientsOf(events: RecordedEvent[]): (event: RecordedEvent) => Client | undefined {
  const byGrant = new Map<string, Client>()
  for (const event of events) {
    const client = namedClient(event)
    const grantId = grantOf(event)
    if (client && grantId) byGrant.set(grantId, client)
  }
  return (event) => namedClient(event) ?? byGrant.get(grantOf(event) ?? '')
}

// A registration that was refused has a name and no id.
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
