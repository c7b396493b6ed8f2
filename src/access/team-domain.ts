import { isLoopback } from '../oauth/loopback'

/** The possible prefixes of Access's own paths. Access itself uses only the first. */
export const ACCESS_PATHS = ['/cdn-cgi/access', '/.access'] as const
type AccessPath = (typeof ACCESS_PATHS)[number]

/**
 * The path of the second team, which the fault `second-team` names. It is an issuer of its own with its
 * own clients, on the host of the team domain, so that no second host name has to resolve.
 */
export const SECOND_TEAM = '/.second-team'

/** The team domain, as it applies to one request. */
export type TeamDomain = {
  /** The issuer, without a trailing slash: `http://127.0.0.1:8788` [M12]. */
  origin: string
  /** Host and port: `127.0.0.1:8788`. */
  host: string
  /** The prefix that metadata, forms and redirects use. */
  accessPath: AccessPath
  /** Whether the request came to the team domain itself. */
  isRequestHost: boolean
  /** Whether this is the second team. */
  isSecond: boolean
}

type Settings = { TEAM_DOMAIN: string; ACCESS_PATH: AccessPath | 'auto' }

/**
 * Returns the team domain for a request to `url`.
 *
 * If `TEAM_DOMAIN` has no port, the port of the request applies, so `--port` needs no second setting.
 *
 * @param originHeader the request's `Origin`, if it has one
 */
export function teamDomain(
  settings: Settings,
  url: URL,
  originHeader: string | undefined,
): TeamDomain {
  const host = hostFor(settings.TEAM_DOMAIN, url)
  const isSecond = url.host === host && isOfSecondTeam(url)
  return {
    origin: `${url.protocol}//${host}${isSecond ? SECOND_TEAM : ''}`,
    host,
    accessPath:
      settings.ACCESS_PATH === 'auto'
        ? reachablePath(url, host, originHeader)
        : settings.ACCESS_PATH,
    isRequestHost: url.host === host,
    isSecond,
  }
}

// RFC 8414 3.1: the issuer's path is at the end of the path of its metadata.
function isOfSecondTeam({ pathname }: URL): boolean {
  return (
    pathname.startsWith(`${SECOND_TEAM}/`) ||
    (pathname.startsWith('/.well-known/') && pathname.endsWith(SECOND_TEAM))
  )
}

/** Returns the host of a setting. If it has no port, the port of the request to `url` applies. */
export function hostFor(setting: string, url: URL): string {
  const named = new URL(`${url.protocol}//${setting}`)
  const hasPort = /:\d+$/.test(setting)
  return hasPort || !url.port ? named.host : `${named.hostname}:${url.port}`
}

/** Returns whether an `Origin` header names a page that is not on this machine. `null` counts as one. */
export function isForeignOrigin(originHeader: string | undefined): boolean {
  if (originHeader === undefined) return false
  const hostname = URL.parse(originHeader)?.hostname
  return hostname === undefined || !isLoopback(hostname)
}

// Not like Access: its paths are always below /cdn-cgi/access. `wrangler dev` responds with 403 there if
// Host or Origin is any other than these, hosts below localhost included, and at a deployed Worker the
// edge reserves /cdn-cgi/*.
const REACHABLE = ['localhost', '127.0.0.1', '[::1]']

function reachablePath(url: URL, teamHost: string, originHeader: string | undefined): AccessPath {
  const hosts = [url.hostname, new URL(`http://${teamHost}`).hostname]
  if (originHeader !== undefined) hosts.push(URL.parse(originHeader)?.hostname ?? '')
  return hosts.every((host) => REACHABLE.includes(host)) ? '/cdn-cgi/access' : '/.access'
}
