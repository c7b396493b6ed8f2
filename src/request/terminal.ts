import type { ReportedEvent } from '../events/event'
import { eventLine, isDetail } from '../events/event-line'

/** Prints one line for each event, all in one message, because each message of the runtime is costly. */
export function printEvents(events: readonly ReportedEvent[]): void {
  const lines = (some: readonly ReportedEvent[]) => some.map(eventLine).join('\n')
  const [details, others] = [events.filter(isDetail), events.filter((event) => !isDetail(event))]
  if (others.length > 0) console.log(lines(others))
  if (details.length > 0) console.debug(lines(details))
}
