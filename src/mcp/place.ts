import { type Application, type Covered, coveredAt, domainsOf } from '../access/application'
import { pathOf } from '../access/domain'
import type { McpPortal } from './portal'

/** A portal at a URL: its application, and the path that its own paths follow. */
export type PortalPlace = { application: Application; portal: McpPortal; base: string }

type Records = { applications: readonly Application[]; mcpPortals: readonly McpPortal[] }

/**
 * Finds the portal at a URL: the one whose hostname the covering application of type `mcp_portal` has.
 *
 * Not like Cloudflare: a further domain of the application with a path, such as `localhost/portal`, is the
 * portal too. So a machine that does not resolve the hostname can reach it.
 */
export function portalAt({ applications, mcpPortals }: Records, url: URL): PortalPlace | undefined {
  return portalOn(mcpPortals, coveredAt(applications, url))
}

/** Finds the portal at a URL by the domain that covers it. */
export function portalOn(
  mcpPortals: readonly McpPortal[],
  covered: Covered | undefined,
): PortalPlace | undefined {
  if (covered?.application.type !== 'mcp_portal') return undefined
  const portal = portalOf(mcpPortals, covered.application)
  return portal && { application: covered.application, portal, base: pathOf(covered.domain) }
}

/** Finds the portal of an application of type `mcp_portal`. */
export function portalOf(
  portals: readonly McpPortal[],
  application: Pick<Application, 'destinations'>,
): McpPortal | undefined {
  const hosts = domainsOf(application).map((domain) => domain.split(/[:/]/)[0])
  return portals.find(({ hostname }) => hosts.includes(hostname))
}

/**
 * Finds a portal that has the hostname of a URL, but no application there.
 *
 * Portal: observed [MP21]. The API makes no application, and the portal cannot be reached.
 */
export function unprotectedPortalAt(records: Records, url: URL): McpPortal | undefined {
  const portal = records.mcpPortals.find(({ hostname }) => hostname === url.hostname)
  return portal && !portalAt(records, url) ? portal : undefined
}

/**
 * Returns the address of a portal that a client is given, without a path at its end. A name below `.localhost`
 * resolves on most machines only, so the address with a path is returned for it.
 *
 * @param url a URL of this instance, for its scheme and port
 */
export function addressOf(
  applications: readonly Application[],
  portal: McpPortal,
  { port, protocol }: URL,
): string {
  const { hostname, id } = portal
  const at = port && `:${port}`
  const path = `localhost/portals/${id}`
  const hasPath = applications.some(
    (each) => portalOf([portal], each) && domainsOf(each).includes(path),
  )
  return hasPath ? `${protocol}//localhost${at}/portals/${id}` : `${protocol}//${hostname}${at}`
}
