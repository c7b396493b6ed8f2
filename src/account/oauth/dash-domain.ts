import { hostFor, type TeamDomain } from '../../access/team-domain'

/** The path of the dashboard's page of connected applications. Dashboard: documented [D30]. */
export const CONNECTED_PATH = '/profile/access-management/authorization'

/** The dashboard's host, as it applies to one request. Cloudflare's is dash.cloudflare.com. */
export type DashDomain = {
  /** The issuer, without a trailing slash: `http://127.0.0.1:8788`. */
  origin: string
  host: string
  /** Whether the request came to the dashboard itself. */
  isRequestHost: boolean
  /** Whether the dashboard has a host other than the team domain. */
  isApart: boolean
}

/**
 * Returns the dashboard's host for a request to `url`: `DASH_DOMAIN`, or the team domain if it is not set.
 *
 * Not like Cloudflare: with one host for both, a developer's machine needs no second name.
 */
export function dashDomain(setting: string | undefined, team: TeamDomain, url: URL): DashDomain {
  const host = setting === undefined ? team.host : hostFor(setting, url)
  return {
    origin: `${url.protocol}//${host}`,
    host,
    isRequestHost: url.host === host,
    isApart: host !== team.host,
  }
}
