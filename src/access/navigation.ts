/**
 * Whether a request is a person's browser going to a page, and so gets the login redirect instead
 * of the 401.
 *
 * Assumed: Access undocumented [U1, U6, U7]. Known are the two ends only. curl, httpx, Python and
 * Node clients get the 401 for GET and POST, with Accept any, application/json, or MCP's
 * `application/json, text/event-stream` (observed); a browser's top-level navigation gets the 302
 * (observed, and documented as "non-browser clients"). Either sign of a navigation is enough: Node's
 * fetch says `Sec-Fetch-Mode: cors` of everything, and browsers leave the header out over plain
 * http to another host.
 */
export function isBrowserNavigation(method: string, headers: Headers): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return (
    headers.get('sec-fetch-mode') === 'navigate' ||
    (headers.get('accept')?.includes('text/html') ?? false)
  )
}
