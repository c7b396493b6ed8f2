import { curlOf, markdownOf } from '../../events/copies'
import { flowsOf } from '../../events/flows'
import { EventPage } from '../../pages/console/event-page'
import { PageError } from '../../pages/page-error'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { detailsView } from './event-details'
import { pageOf } from './view'

/**
 * Handles `GET /_emulator/console/events/{number}`: shows everything that one event has.
 *
 * @throws PageError
 */
export async function showEventPage(c: AppContext): Promise<Response> {
  const events = await c.get('emulator').events.latest()
  const at = events.findIndex(({ number }) => String(number) === c.req.param('number'))
  const event = events[at]
  if (!event) throw unknownEvent()
  const { protocol } = c.get('url')
  const flow = flowsOf(events).find((each) => each.events.includes(event))
  const curl = curlOf(event, protocol)
  return respondPage(
    c,
    200,
    (nonce) => (
      <EventPage
        nonce={nonce}
        {...pageOf(c, events.at(-1)?.number ?? 0)}
        details={detailsView(event, events, protocol)}
        previous={events[at - 1]?.number}
        next={events[at + 1]?.number}
        flow={flow && `/_emulator/?flow=${encodeURIComponent(flow.id)}`}
        copies={[
          ...(curl ? [{ name: 'curl', text: curl }] : []),
          { name: 'JSON', text: JSON.stringify(event, undefined, 2) },
          { name: 'Markdown', text: markdownOf(event) },
        ]}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

function unknownEvent(): PageError {
  return new PageError(
    404,
    'This event is not recorded',
    'No recorded event has this number.',
    'A reset deletes all events, and only the newest are kept (EVENTS_KEPT).',
  )
}
