/** Returns whether a host name is `localhost`, below it, or a loopback IP address. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || isLoopbackLiteral(hostname)
}

/** Returns whether the `hostname` of a parsed URL is a loopback IP address (RFC 8252 7.3). */
export function isLoopbackLiteral(hostname: string): boolean {
  return /^127(\.\d+){3}$/.test(hostname) || hostname === '[::1]'
}
