import { version } from '../../../package.json'
import { formatTime } from '../../access/timestamps'
import type { RecordedEvent } from '../../events/event'
import { flowsOf } from '../../events/flows'
import { HIDDEN } from '../../events/shown'
import { FlowFilePage } from '../../pages/console/flow-file'
import { PageError } from '../../pages/page-error'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { detailsView } from './event-details'
import { flowView, titleOf } from './flow-view'

/**
 * Handles `GET /_emulator/console/flow?id=`: sends a flow with all its events as one file of HTML. It has no
 * secrets, no scripts, and no links to this emulator.
 *
 * @throws PageError
 */
export async function downloadFlow(c: AppContext): Promise<Response> {
  const events = (await c.get('emulator').events.latest()).map(withoutPin)
  const flow = flowsOf(events).find(({ id }) => id === c.req.query('id'))
  if (!flow) throw unknownFlow()
  const { now, url } = c.var
  const page = await respondPage(c, 200, (nonce) => (
    <FlowFilePage
      nonce={nonce}
      flow={flowView(c, flow, events, Number.POSITIVE_INFINITY)}
      events={flow.events.map((event) => detailsView(event, events, url.protocol))}
      version={version}
      savedAt={formatTime(now)}
    />
  ))
  const response = new Response(withoutLinks(await page.text()), page)
  const name = titleOf(flow)
    .replaceAll(/[^\w.-]+/g, '-')
    .slice(0, 60)
  response.headers.set('Content-Disposition', `attachment; filename="flow-${name}.html"`)
  return response
}

// A one-time PIN is the only secret that an event contains.
function withoutPin(event: RecordedEvent): RecordedEvent {
  return event.kind === 'one-time-pin' ? { ...event, code: HIDDEN } : event
}

// Text of events is escaped, so every `<a` is a link of our own pages.
function withoutLinks(html: string): string {
  return html
    .replaceAll(/href="\/_emulator\/console\/events\/(\d+)"/g, 'href="#event-$1"')
    .replaceAll(/<a [^>]*href="\/_emulator\/[^>]*>(.*?)<\/a>/gs, '$1')
}

function unknownFlow(): PageError {
  return new PageError(
    404,
    'This flow is not recorded',
    'No recorded event belongs to a flow with this id.',
    'A reset deletes all events, and only the newest are kept (EVENTS_KEPT).',
  )
}
