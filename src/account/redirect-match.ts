import { withoutDefaultPort } from '../oauth/redirect-uri'

/**
 * The redirect URI that a request may be answered at, or undefined where it names none of the
 * registered ones.
 *
 * Dashboard: engine (A.5). The text has to be that of the registration, but for an IP-literal
 * loopback address (127.0.0.1, [::1]), where the port is the request's (RFC 8252 7.3); `localhost`
 * has no such freedom. A request without one means the only one that there is.
 */
export function matchingRedirectUri(
  requested: string | undefined,
  registered: readonly string[],
): string | undefined {
  if (requested === undefined) return registered.length === 1 ? registered[0] : undefined
  const isKnown = registered.some(
    (uri) => uri === requested || isSameLoopback(new URL(uri), URL.parse(requested), requested),
  )
  return isKnown ? requested : undefined
}

function isSameLoopback(registered: URL, requested: URL | null, text: string): boolean {
  const plain = withoutDefaultPort(text)
  return (
    requested?.protocol === 'http:' &&
    /^(127(\.\d+){3}|\[::1\])$/.test(requested.hostname) &&
    // Written as a URL parser writes it: nobody reads another host or path in it.
    (requested.href === plain || requested.href === `${plain}/`) &&
    registered.protocol === 'http:' &&
    registered.hostname === requested.hostname &&
    registered.pathname === requested.pathname &&
    registered.search === requested.search &&
    !text.includes('#') &&
    !requested.username &&
    !requested.password
  )
}
