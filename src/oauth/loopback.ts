/** Whether a host name is this machine's own. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname.endsWith('.localhost') || isLoopbackLiteral(hostname)
}

/** Whether a host name is a loopback IP address, written as a URL parser writes it (RFC 8252 7.3). */
export function isLoopbackLiteral(hostname: string): boolean {
  return /^127(\.\d+){3}$/.test(hostname) || hostname === '[::1]'
}
