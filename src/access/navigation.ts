/**
 * Returns whether a request is a browser's navigation, which is redirected to the login page instead of
 * receiving the 401 (`gate/challenge.ts` composes both).
 *
 * Access: observed [U1, U6, U7]. curl, httpx, Python and Node clients receive the 401 for GET and POST,
 * with `Accept` any, `application/json`, or MCP's `application/json, text/event-stream`. A browser's
 * top-level navigation receives the 302. Assumed: everything in between, and that either sign of a
 * navigation is enough. Node's fetch always sends `Sec-Fetch-Mode: cors`; browsers omit the header over
 * plain http, except to this machine.
 */
export function isBrowserNavigation(method: string, headers: Headers): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  return (
    headers.get('sec-fetch-mode') === 'navigate' ||
    (headers.get('accept')?.includes('text/html') ?? false)
  )
}
