import { hostFor, type TeamDomain } from '../../access/team-domain'

/** The dashboard's host as one request sees it: dash.cloudflare.com on the real edge. */
export type DashDomain = {
  /** The issuer: `http://127.0.0.1:8788`, no trailing slash. */
  origin: string
  host: string
  /** Whether the request came to the dashboard itself. */
  isRequestHost: boolean
  /** Whether the dashboard has a host of its own. */
  isApart: boolean
}

/**
 * The dashboard's host for a request to `url`: the team domain's, where the setting `DASH_DOMAIN`
 * names no other.
 *
 * Not like Cloudflare: one host for both needs no second name on a developer's machine.
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
