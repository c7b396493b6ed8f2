import type { RecordedEvent } from './event'
import type { Flow } from './flows'
import type { RequestEvent } from './request-event'

/**
 * The participants of a flow, in the order of the diagram. The client stands between the authorization
 * server and the application, so that few arrows cross a participant.
 */
const PARTICIPANTS = [
  ...(['person', 'team', 'client', 'application', 'origin'] as const),
  /** The servers of an MCP portal, which is the origin. */
  'upstream',
  'api',
] as const
export type Participant = (typeof PARTICIPANTS)[number]

/** One line of a sequence diagram. */
type Step = {
  /** Undefined for events without participants: a move of the clock, a fault. */
  arrow?: { from: Participant; to: Participant }
  /** The request: `POST /mcp`. */
  label: string
  /** The MCP message of the request: `tools/call whoami`. */
  call?: string
  /** The response: `401 Bearer`. */
  result?: string
  /** The latest event of the line. */
  event: RecordedEvent
  /** Other events of the same request. */
  notes: RecordedEvent[]
  /** The number of consecutive equal requests. */
  times: number
}

type Request = Extract<RecordedEvent, { status: number }>
type UpstreamRequest = Extract<RecordedEvent, { kind: 'upstream-request' }>

// Labels of the responses to a challenge, beside the status.
const CHALLENGES = {
  '401-bearer': 'Bearer',
  '302-login': 'login',
  '401-script': 'script',
  '403': undefined,
}

/**
 * Returns the lines of a flow's sequence diagram: its requests as arrows, each with the requests that a portal
 * sent to its servers meanwhile, and between them the uses of the emulator's control, up to the next event that
 * follows the flow.
 *
 * @param all the events that the flow was found in; they include the uses of the control
 */
export function sequenceOf(flow: Flow, all: RecordedEvent[]): Step[] {
  const first = flow.events.at(0)?.number ?? 0
  const last = flow.events.at(-1)?.number ?? 0
  const next = all.find(({ kind, number }) => number > last && kind !== 'control')
  const end = next?.number ?? Number.POSITIVE_INFINITY
  const controls = all.filter(
    ({ kind, number }) => kind === 'control' && number > first && number < end,
  )
  const events = [...flow.events, ...controls].sort((a, b) => a.number - b.number)
  const requests = new Map(events.filter(isRequest).map((event) => [event.rayId, event]))
  const notesOf = Map.groupBy(events.filter(isNote), ({ rayId }) => rayId)
  const legsOf = Map.groupBy(events.filter(isUpstream), ({ rayId }) => rayId)
  const steps: Step[] = []
  const add = (event: RecordedEvent, step: Line, notes: RecordedEvent[]) => {
    const last = steps.at(-1)
    const isAgain = last && step.arrow && isAlike(last, step, notes)
    if (isAgain) steps[steps.length - 1] = { ...last, event, times: last.times + 1 }
    else steps.push({ ...step, event, notes, times: 1 })
  }
  for (const event of events) {
    // A request's own event is recorded last. Its line includes the others as notes, and comes before the
    // requests that it led to.
    if ((isNote(event) || isUpstream(event)) && requests.has(event.rayId)) continue
    const notes = notesOf.get(event.rayId) ?? []
    add(event, isRequest(event) ? stepOf(event, flow.userAgent) : lineOf(event), notes)
    if (!isRequest(event)) continue
    for (const leg of legsOf.get(event.rayId) ?? []) add(leg, upstreamStep(leg), [])
  }
  return steps
}

function lineOf(event: RecordedEvent): Line {
  return isUpstream(event) ? upstreamStep(event) : markerOf(event)
}

/** Returns the participants, in the order of the diagram. */
export function participantsOf(steps: Step[]): Participant[] {
  const found = new Set(steps.flatMap(({ arrow }) => (arrow ? [arrow.from, arrow.to] : [])))
  return PARTICIPANTS.filter((each) => found.has(each))
}

function isRequest(event: RecordedEvent): event is Request {
  return 'status' in event
}

function isUpstream(event: RecordedEvent): event is UpstreamRequest {
  return event.kind === 'upstream-request'
}

// A fault and a request to a server have lines of their own.
function isNote(event: RecordedEvent): boolean {
  return !isRequest(event) && !['control', 'fault', 'upstream-request'].includes(event.kind)
}

type Line = Pick<Step, 'arrow' | 'label' | 'call' | 'result'>

function isAlike(last: Step, next: Line, notes: unknown[]) {
  return (
    last.notes.length + notes.length === 0 &&
    last.label === next.label &&
    last.call === next.call &&
    last.result === next.result &&
    last.arrow?.from === next.arrow?.from &&
    last.arrow?.to === next.arrow?.to
  )
}

function stepOf(event: Request, userAgent: string | undefined) {
  return {
    arrow: arrowOf(event, userAgent),
    label: `${event.method} ${event.path}`,
    ...(event.mcp && { call: [event.mcp.method, event.mcp.name].filter(Boolean).join(' ') }),
    result: [event.status, resultOf(event)].filter(Boolean).join(' '),
  }
}

function arrowOf(event: RequestEvent, userAgent: string | undefined): Required<Step>['arrow'] {
  switch (event.kind) {
    case 'challenge':
      return { from: event.response === '302-login' ? 'person' : 'client', to: 'application' }
    case 'admission':
      return { from: event.by === 'application-token' ? 'person' : 'client', to: 'origin' }
    case 'discovery': {
      const to = event.of === 'application' ? 'application' : 'team'
      // An origin fetches the keys to verify assertions.
      const isOrigin = event.document === 'keys' && event.userAgent !== userAgent
      return { from: isOrigin ? 'origin' : 'client', to }
    }
    case 'authorization':
    case 'login':
      return { from: 'person', to: 'team' }
    case 'registration':
    case 'token':
    case 'revocation':
      return { from: 'client', to: 'team' }
    case 'api-call':
      return { from: 'client', to: 'api' }
  }
}

/** Returns the part of the result that the status does not show. */
function resultOf(event: Request): string | undefined {
  if (event.kind === 'challenge') return event.response && CHALLENGES[event.response]
  if (event.error) return event.error
  if (event.kind === 'admission') return originResultOf(event)
  if (event.outcome === 'failed') return undefined
  switch (event.kind) {
    case 'authorization':
      return event.step === 'denied' ? 'access_denied' : event.step
    case 'login':
      return event.step
    case 'token':
      if (event.outcome !== 'allowed') return undefined
      return event.grantType === 'refresh_token' ? 'new pair' : 'tokens'
    case 'registration':
      return event.outcome === 'allowed' ? 'client_id' : undefined
    case 'revocation':
      return event.token
    default:
      return undefined
  }
}

// Access admitted the request, so an error is the origin's.
function originResultOf({ origin, status }: Extract<Request, { kind: 'admission' }>) {
  if (origin === 'unreachable') return 'origin unreachable'
  if (origin === 'timed-out') return 'origin timed out'
  return origin === 'responded' && status >= 400 ? 'from the origin' : undefined
}

function upstreamStep(event: UpstreamRequest): Line {
  const { mcpMethod, mcpName, method, responseStatus, url } = event
  const call = [mcpMethod, mcpName].filter(Boolean).join(' ')
  return {
    arrow: { from: 'origin', to: 'upstream' },
    label: `${method} ${url.replace(/^https?:\/\//, '')}`,
    ...(call && { call }),
    result: responseStatus === undefined ? 'no response' : String(responseStatus),
  }
}

function markerOf(event: RecordedEvent): Line {
  if (event.kind === 'control') return { label: controlOf(event) }
  if (event.kind === 'fault') return { label: `fault ${event.fault} struck ${event.path}` }
  return { label: event.kind }
}

/** Describes a use of the emulator's control in a few words. */
function controlOf({ method, path, body }: { method: string; path: string; body?: unknown }) {
  const [, , what = '', name = '', part] = path.split('/').map(decoded)
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  switch (what) {
    case 'in-effect':
      return 'clock, sign-in, faults and quirks back to normal'
    case 'clock':
      if (given.advance) return `clock +${given.advance}`
      return given.now ? `clock set to ${given.now}` : 'clock back to real time'
    case 'auto-sign-in':
      if (body === null) return 'automatic sign-in off'
      return `automatic sign-in ${given.email ? `as ${given.email}` : 'by rules'}`
    case 'faults':
      if (!name) return Object.keys(given).length > 0 ? faultsOf(given) : 'all faults off'
      return `fault ${name} ${method === 'DELETE' ? 'off' : 'on'}`
    case 'quirks':
      return `quirk ${name} ${given.on ? 'on' : 'off'}`
    case 'keys':
      return 'signing keys rotated'
    case 'clients':
      return name ? 'client deleted' : 'all clients deleted'
    case 'grants':
      if (!name) return 'all grants revoked'
      return part ? 'access token revoked' : 'grant revoked'
    case 'sessions':
      return name ? 'sign-in ended' : 'all sign-ins ended'
    case 'revoke':
      return `revoked: ${Object.values(given).join(', ')}`
    default:
      return `${method} ${path}`
  }
}

function faultsOf(given: object): string {
  const names = Object.keys(given)
  return `fault${names.length === 1 ? '' : 's'} ${names.join(', ')} on`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
