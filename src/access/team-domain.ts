import { isLoopback } from '../oauth/loopback'

/** Where Access's own paths live. On the real edge always the first. */
export const ACCESS_PATHS = ['/cdn-cgi/access', '/.access'] as const
type AccessPath = (typeof ACCESS_PATHS)[number]

/** The team domain as one request sees it. */
export type TeamDomain = {
  /** The issuer: `http://127.0.0.1:8788`, no trailing slash [M12]. */
  origin: string
  /** `127.0.0.1:8788`. */
  host: string
  /** The prefix that metadata, forms and redirects use. */
  accessPath: AccessPath
  /** Whether the request came to the team domain itself. */
  isRequestHost: boolean
}

type Settings = { TEAM_DOMAIN: string; ACCESS_PATH: AccessPath | 'auto' }

/**
 * The team domain for a request to `url`.
 *
 * `TEAM_DOMAIN` without a port takes the request's, so that `--port` needs no second setting.
 *
 * @param originHeader the request's `Origin`, where it has one
 */
export function teamDomain(
  settings: Settings,
  url: URL,
  originHeader: string | undefined,
): TeamDomain {
  const host = hostFor(settings.TEAM_DOMAIN, url)
  return {
    origin: `${url.protocol}//${host}`,
    host,
    accessPath:
      settings.ACCESS_PATH === 'auto'
        ? reachablePath(url, host, originHeader)
        : settings.ACCESS_PATH,
    isRequestHost: url.host === host,
  }
}

/** The host that a setting names, for a request to `url`: without a port it takes the request's. */
export function hostFor(setting: string, url: URL): string {
  const named = new URL(`${url.protocol}//${setting}`)
  const hasPort = /:\d+$/.test(setting)
  return hasPort || !url.port ? named.host : `${named.hostname}:${url.port}`
}

/** Whether an `Origin` header names a page that is not on this machine; `null` is such a page too. */
export function isForeignOrigin(originHeader: string | undefined): boolean {
  if (originHeader === undefined) return false
  const hostname = URL.parse(originHeader)?.hostname
  return hostname === undefined || !isLoopback(hostname)
}

// Not like Access: the real paths are always under /cdn-cgi/access. `wrangler dev` answers 403
// there when Host or Origin is not local, and deployed the edge keeps /cdn-cgi/* for itself.
function reachablePath(url: URL, teamHost: string, originHeader: string | undefined): AccessPath {
  const local = isLoopback(url.hostname) && isLoopback(new URL(`http://${teamHost}`).hostname)
  return local && !isForeignOrigin(originHeader) ? '/cdn-cgi/access' : '/.access'
}
