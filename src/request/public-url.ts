import { isLoopback } from '../oauth/loopback'
import type { Settings } from '../settings'

/**
 * Returns the URL of a request as its sender sees it. Behind a tunnel (`PUBLIC_URL`), the protocol is the
 * tunnel's, and a host of this machine stands for the public one: some tunnels replace `Host`.
 */
export function requestUrl(settings: Settings, url: URL): URL {
  const { PUBLIC_URL } = settings
  if (PUBLIC_URL === undefined) return url
  const published = new URL(PUBLIC_URL)
  if (isOfThisMachine(settings, url)) return new URL(published.origin + pathOf(url))
  // Another public host, such as TEAM_DOMAIN, is published by the same tunnel.
  const other = new URL(url)
  other.protocol = published.protocol
  return other
}

/** Returns the settings of a request. Behind a tunnel, the issuer is public too. */
export function publicSettings(settings: Settings): Settings {
  const { PUBLIC_URL, TEAM_DOMAIN } = settings
  if (PUBLIC_URL === undefined || !isLoopback(new URL(`http://${TEAM_DOMAIN}`).hostname)) {
    return settings
  }
  return { ...settings, TEAM_DOMAIN: new URL(PUBLIC_URL).host }
}

/**
 * Returns whether the request was sent to a host of this machine. Behind a tunnel none counts as such,
 * whatever its `Host`: it may come from the internet.
 *
 * The runtime builds the URL from `Host`. A proxy of the runtime may build another one from a header that
 * any page can send, so that both have to be of this machine.
 */
export function isLocalRequest(settings: Settings, url: URL, host: string | undefined): boolean {
  const sent = URL.parse(`http://${host || url.host}`)
  return (
    settings.PUBLIC_URL === undefined &&
    isOfThisMachine(settings, url) &&
    sent !== null &&
    isOfThisMachine(settings, sent)
  )
}

function isOfThisMachine({ LOCAL_HOSTS }: Settings, { hostname }: URL): boolean {
  return isLoopback(hostname) || LOCAL_HOSTS.includes(hostname)
}

// Cut from the whole URL, because `search` drops a question mark with nothing after it.
function pathOf({ href, origin }: URL): string {
  return href.slice(origin.length)
}
