import { setTimeout } from 'node:timers/promises'
import { eventLine, isDetail } from '../events/event-line.ts'
import type { StartControl } from './start-control.ts'
import { painted } from './terminal.ts'
import type { Wrangler } from './wrangler.ts'

const RETRY_INTERVAL_MS = 100

/**
 * Prints the line that the Worker logs for each decision. wrangler hides it together with its own line for
 * each request. A reload ends the connection.
 */
export async function printEvents(wrangler: Wrangler, control: StartControl): Promise<void> {
  let last: string | undefined
  while (wrangler.isRunning()) {
    try {
      const after = last === undefined ? '' : `&after=${last}`
      const events = await control.open(`events?follow${after}`)
      let buffered = ''
      for await (const chunk of events.setEncoding('utf8')) {
        buffered += chunk
        const messages = buffered.split('\n\n')
        buffered = messages.pop() ?? ''
        for (const message of messages) last = printEvent(message) ?? last
      }
    } catch {
      await setTimeout(RETRY_INTERVAL_MS)
    }
  }
}

// Returns the number of the event.
function printEvent(message: string): string | undefined {
  const data = message.match(/^data: (.*)$/m)?.[1]
  if (data === undefined) return undefined
  const event = JSON.parse(data)
  if (!isDetail(event)) console.log(painted(eventLine(event)))
  return String(event.number)
}
