import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { Frame } from '../frame'
import SCRIPT from './live.client.js' with { type: 'text' }
import { CONSOLE_STYLE } from './style'

const PAGES = [
  { path: '/_emulator/', name: 'Flows' },
  { path: '/_emulator/console/events', name: 'Events' },
  { path: '/_emulator/console/state', name: 'State' },
  { path: '/_emulator/console/faults', name: 'Faults and quirks' },
  { path: '/_emulator/console/connect', name: 'Connect' },
  { path: '/_emulator/console/check-origin', name: 'Check my server' },
]

/** The properties that every page of the console has. */
export type ConsolePage = {
  nonce: string
  /** The path and query of this page, to which its buttons return. */
  here: string
  /** Why the control rejected the last request. */
  notice?: string | undefined
  /** The number of the newest event that the page shows. */
  newest: number
}

type ConsoleFrame = ConsolePage & { title: string; children: Child }

/** Renders the frame of the console's pages. */
export function ConsoleFrame({ nonce, here, notice, newest, title, children }: ConsoleFrame) {
  const path = here.split('?')[0]
  return (
    <Frame title={`${title} - emulator console`} nonce={nonce} style={CONSOLE_STYLE} isWide>
      <div class="bar">
        <nav aria-label="Console">
          <ul>
            {PAGES.map(({ path: to, name }) => (
              <li>
                <a href={to} aria-current={to === path ? 'page' : undefined}>
                  {name}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <p id="live" role="status" data-after={newest} />
      </div>
      {notice && (
        <p class="notice" role="alert">
          <strong>Your request was rejected.</strong> {notice}
        </p>
      )}
      {children}
      <script type="module" nonce={nonce}>
        {raw(SCRIPT)}
      </script>
    </Frame>
  )
}

/** Renders a part of the page with its heading. A card with an id is kept up to date. */
export function Card({
  title,
  id,
  aside,
  children,
}: {
  title: string
  id?: string
  /** Shown beside the title. */
  aside?: Child
  children: Child
}) {
  return (
    <section class="card" id={id} data-live={id ? '' : undefined}>
      <div class="card-head">
        <h2>{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  )
}
