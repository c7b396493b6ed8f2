/**
 * Surface 6, an MCP portal: one MCP endpoint in front of several servers. The gate admits its callers and
 * hands it their requests, as it does to the demo.
 *
 * `endpoint.ts` is `/mcp`, `server.ts` its methods, `caller.ts` what a caller sees. `pages.tsx` has the
 * home page. Not here: the requests to the servers (`upstream/`), the rules of names and visibility
 * (`mcp/`), and the page of servers in the login flow (`team/authorization/`).
 */
import type { PortalPlace } from '../mcp/place'
import type { AppContext } from '../request/context'
import { type Admitted, callerOf } from './caller'

export type { Admitted } from './caller'
export { respondPublic } from './pages'

/** Returns whether a URL is the MCP endpoint of a portal. */
export function isEndpoint({ base }: PortalPlace, { pathname }: URL): boolean {
  return pathname === `${base}/mcp`
}

/**
 * Responds to an admitted request.
 *
 * Portal: observed [MP57], the text for any other path.
 *
 * @returns undefined if the credential is not one that the endpoint accepts
 */
export async function respondAdmitted(
  c: AppContext,
  place: PortalPlace,
  admitted: Admitted,
): Promise<Response | undefined> {
  if (!isEndpoint(place, c.get('url'))) return c.text('MCP endpoint not found', 404)
  const caller = await callerOf(c, place, admitted)
  if (!caller) return undefined
  // Loaded on demand: its schemas take a third of the Worker's start-up time.
  const { mcpEndpoint } = await import('./endpoint')
  return mcpEndpoint(c, caller)
}
