import type { Child } from 'hono/jsx'
import { type LaneView, Sequence, type StepView } from './sequence'

export type FlowView = {
  id: string
  name: string
  clientId?: string | undefined
  application?: string | undefined
  email?: string | undefined
  lanes: LaneView[]
  steps: StepView[]
  /** The number of earlier steps that are not shown. */
  earlier: number
}

/**
 * Renders a flow: its parties, and the sequence diagram.
 *
 * @param links shown beside the title
 */
export function Flow({ flow, links }: { flow: FlowView; links?: Child }) {
  const { name, application, email, lanes, steps, earlier } = flow
  return (
    <>
      <div class="flow-head">
        <h2>
          <bdi>{name}</bdi>
          {application && <span class="soft"> at {application}</span>}
          {email && <span class="soft"> as {email}</span>}
        </h2>
        {links}
      </div>
      <Sequence lanes={lanes} steps={steps} earlier={earlier} />
    </>
  )
}

/** Renders the links of a flow: the report of its client, and the flow as a file. */
export function FlowLinks({ flow: { id, clientId } }: { flow: FlowView }) {
  return (
    <p class="flow-links">
      {clientId && (
        <a href={`/_emulator/clients/${encodeURIComponent(clientId)}/report`}>Client report</a>
      )}
      <a href={`/_emulator/console/flow?id=${encodeURIComponent(id)}`} download>
        Download this flow
      </a>
    </p>
  )
}
