import type { RecordedEvent } from '../../events/event'
import { EventsPage } from '../../pages/console/events'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { eventView, nameOf, nameOfKind, pageOf } from './view'

const PER_PAGE = 100

/** Handles `GET /_emulator/console/events`: shows a page of events, the latest first. */
export async function showEventsPage(c: AppContext): Promise<Response> {
  // `ray` is the parameter of the address in `X-Emulator-Event`.
  const { ray = '', kind = '', outcome = '', client = '', text = ray, before } = c.req.query()
  const filter = { kind, outcome, client, text }
  const events = await c.get('emulator').events.latest()
  const matching = events.filter(matches(filter)).reverse()
  const from = before ? matching.findIndex(({ number }) => number < Number(before)) : 0
  const shown = from < 0 ? [] : matching.slice(from, from + PER_PAGE)
  const last = shown.at(-1)
  const hasOlder = last !== undefined && last !== matching.at(-1)
  return respondPage(
    c,
    200,
    (nonce) => (
      <EventsPage
        nonce={nonce}
        {...pageOf(c, events.at(-1)?.number ?? 0)}
        events={shown.map(eventView)}
        filter={filter}
        kinds={kindsOf(events)}
        clients={clientsOf(events)}
        older={hasOlder ? olderThan(filter, last.number) : undefined}
      />
    ),
    { withScript: true, connectsToSelf: true },
  )
}

type Filter = { kind: string; outcome: string; client: string; text: string }

function matches({ kind, outcome, client, text }: Filter): (event: RecordedEvent) => boolean {
  const wanted = text.toLowerCase()
  return (event) =>
    (kind === '' || event.kind === kind) &&
    (outcome === '' || event.outcome === outcome) &&
    (client === '' || clientIdOf(event) === client) &&
    (wanted === '' || JSON.stringify(event).toLowerCase().includes(wanted))
}

function kindsOf(events: RecordedEvent[]): { id: string; name: string }[] {
  const kinds = [...new Set(events.map(({ kind }) => kind))]
  return kinds.sort().map((id) => ({ id, name: nameOfKind(id) }))
}

function clientsOf(events: RecordedEvent[]): { id: string; name: string }[] {
  const names = new Map<string, string>()
  for (const event of events) {
    const id = clientIdOf(event)
    if (id) names.set(id, nameOf(event) ?? id)
  }
  return [...names].map(([id, name]) => ({ id, name }))
}

function clientIdOf(event: RecordedEvent): string | undefined {
  return 'client' in event ? event.client?.id : undefined
}

function olderThan(filter: Filter, number: number): string {
  const query = new URLSearchParams({ ...filter, before: String(number) })
  return `/_emulator/console/events?${query}`
}
