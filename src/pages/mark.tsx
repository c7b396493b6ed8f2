import { raw } from 'hono/html'

// A keyhole in a dashed frame: a lock that is not real.
const MARK = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" aria-hidden="true">
<rect x="1.5" y="1.5" width="29" height="29" rx="8"
  fill="none" stroke="#1a9a8c" stroke-width="3" stroke-dasharray="6.1 3.5"/>
<path fill="#1a9a8c" d="M16 8a5 5 0 0 0-2.6 9.3L12 24h8l-1.4-6.7A5 5 0 0 0 16 8Z"/></svg>`

/** Renders the emulator's own mark, which does not resemble Cloudflare's. */
export function Mark() {
  return <>{raw(MARK)}</>
}

/** The mark as the icon of a page. Without an icon, browsers request /favicon.ico from the application. */
export const ICON = `data:image/svg+xml,${encodeURIComponent(MARK)}`
