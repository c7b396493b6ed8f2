import type { ReportedEvent } from '../events/event'
import { eventLine } from '../events/event-line'

/** Prints one line for each event, in one message: a message each would cost more than the lines. */
export function printEvents(events: readonly ReportedEvent[]): void {
  console.log(events.map(eventLine).join('\n'))
}
