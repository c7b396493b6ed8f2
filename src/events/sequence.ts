import type { RecordedEvent } from './event'
import type { Flow } from './flows'
import {
  isRequest,
  isUpstream,
  type Line,
  lineOf,
  PARTICIPANTS,
  type Participant,
} from './sequence-line'

export type { Participant } from './sequence-line'

/** One line of a sequence diagram, of one event or of several equal ones. */
type Step = Line & {
  /** The latest event of the line. */
  event: RecordedEvent
  /** Other events of the same request. */
  notes: RecordedEvent[]
  /** The number of consecutive equal requests. */
  times: number
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
  const add = (event: RecordedEvent, notes: RecordedEvent[]) => {
    const line = lineOf(event, flow.userAgent)
    const last = steps.at(-1)
    const isAgain = last && line.arrow && isAlike(last, line, notes)
    if (isAgain) steps[steps.length - 1] = { ...last, event, times: last.times + 1 }
    else steps.push({ ...line, event, notes, times: 1 })
  }
  for (const event of events) {
    // A request's own event is recorded last. Its line includes the others as notes, and comes before the
    // requests that it led to.
    if ((isNote(event) || isUpstream(event)) && requests.has(event.rayId)) continue
    add(event, notesOf.get(event.rayId) ?? [])
    if (!isRequest(event)) continue
    for (const leg of legsOf.get(event.rayId) ?? []) add(leg, [])
  }
  return steps
}

/** Returns the participants, in the order of the diagram. */
export function participantsOf(steps: Step[]): Participant[] {
  const found = new Set(steps.flatMap(({ arrow }) => (arrow ? [arrow.from, arrow.to] : [])))
  return PARTICIPANTS.filter((each) => found.has(each))
}

// A fault and a request to a server have lines of their own.
function isNote(event: RecordedEvent): boolean {
  return !isRequest(event) && !['control', 'fault', 'upstream-request'].includes(event.kind)
}

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
