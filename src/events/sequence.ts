import type { RecordedEvent } from './event'
import type { Flow } from './flows'
import type { RequestEvent } from './request-event'

/**
 * Who takes part in a flow, in the order in which a diagram has them: the client stands between the
 * authorization server that it gets tokens from and the application that it shows them to, so that
 * hardly an arrow crosses anybody.
 */
const PARTICIPANTS = ['person', 'team', 'client', 'application', 'origin', 'api'] as const
export type Participant = (typeof PARTICIPANTS)[number]

/** One line of a sequence diagram. */
type Step = {
  /** Undefined for what is between nobody: the clock was moved, a fault has struck. */
  arrow?: { from: Participant; to: Participant }
  /** What was asked: `POST /mcp`. */
  label: string
  /** How it was answered: `401 Bearer`. */
  result?: string
  /** The latest of those that the line stands for. */
  event: RecordedEvent
  /** What else was decided about the same request. */
  notes: RecordedEvent[]
  /** How many alike came one after another. */
  times: number
}

type Request = Extract<RecordedEvent, { status: number }>

// Labels of the responses to a challenge, beside the status.
const CHALLENGES = {
  '401-bearer': 'Bearer',
  '302-login': 'login',
  '401-script': 'script',
  '403': undefined,
}

/**
 * The lines of a flow's sequence diagram: its requests as arrows, in their order, and across them
 * what was done to the emulator meanwhile, and after it as long as nothing else happened.
 *
 * @param all the events that the flow was found in, for what was done to the emulator
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
  const steps: Step[] = []
  for (const event of events) {
    // A request is recorded after what was decided on its way, and says all of it again in short.
    if (isNote(event) && requests.has(event.rayId)) continue
    const step = isRequest(event) ? stepOf(event, flow.userAgent) : markerOf(event)
    const notes = notesOf.get(event.rayId) ?? []
    const last = steps.at(-1)
    const isAgain = last && step.arrow && isAlike(last, step, notes)
    if (isAgain) steps[steps.length - 1] = { ...last, event, times: last.times + 1 }
    else steps.push({ ...step, event, notes, times: 1 })
  }
  return steps
}

/** Those who take part, in the order of the diagram. */
export function participantsOf(steps: Step[]): Participant[] {
  const found = new Set(steps.flatMap(({ arrow }) => (arrow ? [arrow.from, arrow.to] : [])))
  return PARTICIPANTS.filter((each) => found.has(each))
}

function isRequest(event: RecordedEvent): event is Request {
  return 'status' in event
}

// A fault is worth a line of its own, whatever it struck.
function isNote(event: RecordedEvent): boolean {
  return !isRequest(event) && event.kind !== 'control' && event.kind !== 'fault'
}

function isAlike(last: Step, next: Pick<Step, 'arrow' | 'label' | 'result'>, notes: unknown[]) {
  return (
    last.notes.length + notes.length === 0 &&
    last.label === next.label &&
    last.result === next.result &&
    last.arrow?.from === next.arrow?.from &&
    last.arrow?.to === next.arrow?.to
  )
}

function stepOf(event: Request, userAgent: string | undefined) {
  return {
    arrow: arrowOf(event, userAgent),
    label: `${event.method} ${event.path}`,
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
      // An origin fetches the keys that it verifies assertions with.
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

/** What the status alone does not say. */
function resultOf(event: Request): string | undefined {
  if (event.kind === 'challenge') return event.response && CHALLENGES[event.response]
  if (event.error) return event.error
  if (event.outcome === 'failed') return undefined
  switch (event.kind) {
    case 'authorization':
      return event.step === 'denied' ? 'access_denied' : event.step
    case 'login':
      return event.step
    case 'token':
      return event.grantType === 'refresh_token' ? 'new pair' : 'tokens'
    case 'registration':
      return 'client_id'
    case 'revocation':
      return event.token
    default:
      return undefined
  }
}

function markerOf(event: RecordedEvent): Pick<Step, 'label' | 'arrow' | 'result'> {
  if (event.kind === 'control') return { label: controlOf(event) }
  if (event.kind === 'fault') return { label: `fault ${event.fault} struck ${event.path}` }
  return { label: event.kind }
}

/** What somebody did to the emulator, in a few words. */
function controlOf({ method, path, body }: { method: string; path: string; body?: unknown }) {
  const [, , what = '', name = '', part] = path.split('/').map(decoded)
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  switch (what) {
    case 'clock':
      if (given.advance) return `clock +${given.advance}`
      return given.now ? `clock set to ${given.now}` : 'clock back to real time'
    case 'auto-sign-in':
      if (body === null) return 'automatic sign-in off'
      return `automatic sign-in ${given.email ? `as ${given.email}` : 'by rules'}`
    case 'faults':
      if (!name) return 'all faults off'
      return `fault ${name} ${method === 'DELETE' ? 'off' : 'on'}`
    case 'quirks':
      return `quirk ${name} ${given.on ? 'on' : 'off'}`
    case 'keys':
      return 'signing keys rotated'
    case 'clients':
      return 'client forgotten'
    case 'grants':
      return part ? 'access token revoked' : 'grant revoked'
    case 'sessions':
      return 'sign-in ended'
    case 'revoke':
      return `revoked: ${Object.values(given).join(', ')}`
    default:
      return `${method} ${path}`
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
