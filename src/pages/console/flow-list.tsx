import { type OutcomeView, Sign } from './event'
import { OutcomeChips, searchOf } from './outcome-chips'

type FlowLink = {
  id: string
  name: string
  steps: number
  /** The number of its refused and failed events. */
  refused: number
  /** The time of day of its last event. */
  at: string
  outcome: OutcomeView
  isChosen: boolean
}

export type FlowListView = {
  /** The newest first. */
  flows: FlowLink[]
  /** `after` is the number of the event after which flows are listed. */
  filter: { text: string; outcome: string; after: string }
  /** The number of flows that the filter hides. */
  hidden: number
}

const PATH = '/_emulator/'

/**
 * Renders the list of flows, with a search, the outcomes, and a link that clears the list.
 *
 * @param newest the number of the newest event
 */
export function FlowList({ flows, filter, hidden, newest }: FlowListView & { newest: number }) {
  const { text, after, outcome } = filter
  return (
    <section class="card flow-list" aria-label="List of flows">
      <search>
        <form method="get" class="field">
          {outcome && <input type="hidden" name="outcome" value={outcome} />}
          {after && <input type="hidden" name="after" value={after} />}
          <label for="flow-text">Search</label>
          <input
            id="flow-text"
            name="text"
            type="search"
            value={text}
            placeholder="client, address, path"
          />
          <button type="submit">Find</button>
        </form>
      </search>
      <OutcomeChips path={PATH} query={{ text, after }} chosen={outcome} />
      <div id="flows" data-live>
        {flows.length === 0 ? (
          <p class="empty">{hidden > 0 ? 'No flow matches.' : 'No flow yet.'}</p>
        ) : (
          <nav aria-label="Flows">
            <ul class="flow-items">
              {flows.map((flow) => (
                <FlowItem flow={flow} filter={filter} />
              ))}
            </ul>
          </nav>
        )}
        <p class="list-foot">
          {hidden > 0 && <a href={PATH}>Show all ({hidden} hidden)</a>}
          {flows.length > 0 && (
            <a href={`${PATH}${searchOf({ after: String(newest) })}`}>Clear the list</a>
          )}
        </p>
      </div>
    </section>
  )
}

function FlowItem({ flow, filter }: { flow: FlowLink; filter: FlowListView['filter'] }) {
  const { id, name, steps, refused, at, outcome, isChosen } = flow
  return (
    <li>
      <a
        href={`${PATH}${searchOf({ ...filter, flow: id })}`}
        aria-current={isChosen ? 'true' : undefined}
      >
        <Sign outcome={outcome} />
        <bdi>{name}</bdi>
        <small>
          {at} · {steps === 1 ? '1 event' : `${steps} events`}
          {refused > 0 && <strong class="refusals"> · {refused} refused</strong>}
        </small>
      </a>
    </li>
  )
}
