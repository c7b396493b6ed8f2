/** An address at which a server may speak MCP, and the transport there. */
export type Endpoint = { transport: 'streamable-http' | 'sse'; url: URL }

/**
 * Returns the endpoints of a server, in the order in which the portal tries them.
 *
 * Portal: documented [MP64]. A URL that ends in `/mcp` or `/sse` names its transport.
 *
 * @param hostname the URL of the server
 * @param isViaGateway whether requests pass through the gateway, which supports Streamable HTTP only
 */
export function endpointsOf(hostname: string, isViaGateway: boolean): Endpoint[] {
  const all = allEndpoints(new URL(hostname))
  const streamable = all.filter(({ transport }) => transport === 'streamable-http')
  if (!isViaGateway) return all
  return streamable.length > 0
    ? streamable
    : all.map(({ url }) => ({ transport: 'streamable-http', url }))
}

function allEndpoints(url: URL): Endpoint[] {
  if (url.pathname.endsWith('/mcp')) return [{ transport: 'streamable-http', url }]
  if (url.pathname.endsWith('/sse')) return [{ transport: 'sse', url }]
  return [
    { transport: 'streamable-http', url },
    { transport: 'sse', url },
    { transport: 'streamable-http', url: below(url, 'mcp') },
    { transport: 'sse', url: below(url, 'sse') },
  ]
}

/** Returns whether the next endpoint is tried after a response with this status. Portal: documented [MP64]. */
export function isElsewhere(status: number | undefined): boolean {
  return status === 404 || status === 405 || status === 406
}

function below(url: URL, segment: string): URL {
  const copy = new URL(url)
  copy.pathname = `${url.pathname.replace(/\/$/, '')}/${segment}`
  return copy
}
