import type { ReportedEvent } from '../events/event'
import { eventLine } from '../events/event-line'

/** Prints one line for each event, all in one message, because each message of the runtime is costly. */
export function printEvents(events: readonly ReportedEvent[]): void {
  console.log(events.map(eventLine).join('\n'))
}
