import { type EventView, type OutcomeView, Sign, Status, TimeOfDay, Why } from './event'

/** A step of the diagram. */
export type StepView = {
  event: EventView
  /** Other decisions about the same request. */
  notes: EventView[]
  /** Indices of the lanes, from the left; undefined for an event without participants. */
  from?: number | undefined
  to?: number | undefined
  label: string
  /** The MCP message: `tools/call whoami`. */
  call?: string | undefined
  result?: string | undefined
  times: number
}

/** A participant: its role, and its name. */
export type LaneView = { name: string; detail?: string | undefined }

type Sequence = { lanes: LaneView[]; steps: StepView[]; earlier: number }

/**
 * Renders a sequence diagram as an ordered list: a row for each step, a column for each participant.
 */
export function Sequence({ lanes, steps, earlier }: Sequence) {
  return (
    <div class={`sequence lanes-${lanes.length}`}>
      <div class="lanes heads" aria-hidden="true">
        {lanes.map((lane) => (
          <span>
            {lane.name}
            {lane.detail && <small>{lane.detail}</small>}
          </span>
        ))}
      </div>
      {earlier > 0 && (
        <p class="soft small">
          {earlier === 1 ? '1 earlier step is' : `${earlier} earlier steps are`} not shown.{' '}
          <a href="/_emulator/console/events">All events</a>
        </p>
      )}
      <ol>
        {steps.map((step, at) => (
          <li class={step.event.outcome}>
            <Step number={earlier + at + 1} lanes={lanes} step={step} />
          </li>
        ))}
      </ol>
    </div>
  )
}

const OPEN: OutcomeView[] = ['refused', 'failed']

function Step({ number, lanes, step }: { number: number; lanes: LaneView[]; step: StepView }) {
  const { event, notes, from, to } = step
  const isArrow = from !== undefined && to !== undefined
  return (
    <details id={`step-${event.number}`} open={isArrow && OPEN.includes(event.outcome)}>
      <summary>
        <span class="gutter">
          <span class="number">{number}</span>
          <TimeOfDay at={event.at} />
          <Sign outcome={event.outcome} />
        </span>
        {isArrow ? (
          <Arrow lanes={lanes} step={step} from={from} to={to} />
        ) : (
          <span class="marker">
            <span>{step.label}</span>
          </span>
        )}
      </summary>
      <Why event={event} />
      {notes.length > 0 && (
        <ul class="notes">
          {notes.map((note) => (
            <li>
              <Sign outcome={note.outcome} /> <strong>{note.kind}</strong> {note.why}
            </li>
          ))}
        </ul>
      )}
    </details>
  )
}

// Columns are classes, because the page's policy allows no style attributes.
function Arrow({
  lanes,
  step,
  from,
  to,
}: {
  lanes: LaneView[]
  step: StepView
  from: number
  to: number
}) {
  const { event, label, call, result, times } = step
  const [left, right] = from < to ? [from, to] : [to, from]
  // A label may be longer than its arrow, so it extends to the side that has more room.
  const side = left < lanes.length / 2 ? 'grows-right' : 'grows-left'
  return (
    <span class="lanes">
      <span class={`label ${side} from-${left} to-${right}`}>
        <span class="unseen">
          {lanes[from]?.name} to {lanes[to]?.name}:{' '}
        </span>
        <span class="between" aria-hidden="true">
          {lanes[from]?.name} → {lanes[to]?.name}
        </span>
        <code>{label}</code> {call && <CallOf call={call} />}
        {result && (
          <>
            <span class="unseen">response </span>
            <Status of={event} text={event.isOfOrigin ? undefined : result} />
          </>
        )}
        {times > 1 && <span class="times"> ×{times}</span>}
      </span>
      <span
        class={`arrow from-${left} to-${right} ${from < to ? 'points-right' : 'points-left'}`}
        aria-hidden="true"
      />
    </span>
  )
}

function CallOf({ call }: { call: string }) {
  return (
    <>
      <code class="call">{call}</code>{' '}
    </>
  )
}
