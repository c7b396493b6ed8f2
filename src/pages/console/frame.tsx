import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { Frame } from '../frame'
import { InEffect, type InEffectView } from './in-effect'
import SCRIPT from './live.client.js' with { type: 'text' }
import { Navigation } from './navigation'
import { Reset } from './reset'
import { CONSOLE_STYLE } from './style'

/** The properties that every page of the console has. */
export type ConsolePage = {
  nonce: string
  /** The path and query of this page, to which its buttons return. */
  here: string
  /** The reason why the control rejected the last request. */
  notice?: string | undefined
  /** The number of the newest event that the page shows. */
  newest: number
  inEffect: InEffectView
}

type ConsoleFrame = ConsolePage & { title: string; children: Child }

/**
 * Renders the frame of the console's pages: navigation, reset, everything in effect, and the reason if the
 * last request was rejected.
 */
export function ConsoleFrame(frame: ConsoleFrame) {
  const { nonce, here, notice, newest, inEffect, title, children } = frame
  const [path = ''] = here.split('?')
  const { faults, quirks } = inEffect
  const counts = { '/_emulator/console/faults': faults.length + quirks.length }
  return (
    <Frame title={`${title} - emulator console`} nonce={nonce} style={CONSOLE_STYLE} isWide>
      <div class="bar">
        <Navigation path={path} counts={counts} />
        <p id="live" role="status" data-after={newest} />
        <Reset here={here} />
      </div>
      <InEffect inEffect={inEffect} here={here} />
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
