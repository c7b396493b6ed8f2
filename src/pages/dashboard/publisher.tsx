import { raw } from 'hono/html'
import STYLE from './publisher.css' with { type: 'text' }

/** The style that both pages with an application's head share. */
export const PUBLISHER_STYLE = STYLE

/** The domain that an application claims, and whether it has been verified. */
export type Publisher = { domain: string; isVerified: boolean }

/** Renders the head of an application: its logo or initial, its name and its publisher. */
export function ApplicationHead(head: {
  name: string
  publisher: Publisher | undefined
  isFirstParty?: boolean
  /** Replaces the initial once it has loaded. The page's policy must allow it. */
  logoUri?: string | undefined
}) {
  const { name, publisher, isFirstParty, logoUri } = head
  return (
    <div class="application">
      <span class="initial tile" aria-hidden="true">
        {[...name][0]?.toUpperCase()}
        {logoUri && <img src={logoUri} alt="" referrerpolicy="no-referrer" />}
      </span>
      <div>
        <h2 class="clamped">
          <bdi>{name}</bdi>
        </h2>
        <p class="publisher">
          {publisher && <bdi>{publisher.domain}</bdi>}{' '}
          <Badge isVerified={publisher?.isVerified === true} />
          {isFirstParty && <span class="group">By Cloudflare</span>}
        </p>
        {!publisher?.isVerified && (
          <p class="soft small">This application has not verified ownership of any domain</p>
        )}
      </div>
    </div>
  )
}

const SHIELD = '<path d="M8 1.2 2.6 3.1v4.2c0 3.4 2.2 6.2 5.4 7.5 3.2-1.3 5.4-4.1 5.4-7.5V3.1Z"/>'
const TICK = '<path d="m5.4 7.9 1.9 1.9 3.5-3.7"/>'
const EXCLAMATION = '<path d="M8 4.8v3.4"/><path d="M8 10.7v.01"/>'

// Dashboard: reported [D19].
function Badge({ isVerified }: { isVerified: boolean }) {
  const paths = SHIELD + (isVerified ? TICK : EXCLAMATION)
  return (
    <span class={isVerified ? 'badge verified' : 'badge unverified'}>
      {raw(`<svg viewBox="0 0 16 16" aria-hidden="true">${paths}</svg>`)}
      {isVerified ? 'Verified publisher' : 'Unverified'}
    </span>
  )
}
