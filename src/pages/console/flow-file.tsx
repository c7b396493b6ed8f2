import { raw } from 'hono/html'
import { STYLE } from '../style'
import { EventDetails, type EventDetailsView } from './event-details'
import { Flow, type FlowView } from './flow'
import { CONSOLE_STYLE } from './style'

type FlowFile = {
  nonce: string
  flow: FlowView
  events: EventDetailsView[]
  version: string
  /** RFC 3339, of the emulated clock. */
  savedAt: string
}

/** Renders a flow with all its events as a file that needs nothing else, to attach to a report of a defect. */
export function FlowFilePage({ nonce, flow, events, version, savedAt }: FlowFile) {
  return (
    <>
      {raw('<!doctype html>')}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>{`Flow of ${flow.name}`}</title>
          <style nonce={nonce}>{raw(STYLE + CONSOLE_STYLE)}</style>
        </head>
        <body>
          <header>
            <strong>access-oauth-emulator {version}</strong>
            <span>An emulator: this is not Cloudflare Access. Saved at {savedAt}.</span>
          </header>
          <main class="wide">
            <h1>Flow of {flow.name}</h1>
            <section class="card">
              <Flow flow={flow} />
            </section>
            {events.map((details) => (
              <section id={`event-${details.event.number}`} class="saved">
                <h2>
                  Event {details.event.number}: {details.event.kind}
                </h2>
                <EventDetails details={details} />
              </section>
            ))}
          </main>
        </body>
      </html>
    </>
  )
}
