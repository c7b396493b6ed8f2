import { getDomain } from 'tldts'

const ACCESS = '.cloudflareaccess.com'
const LOOPBACK = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/

/** Returns whether a hostname is one of this machine's own. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}

/**
 * Returns whether a host belongs to the site of the named one: both have the same registrable domain, or
 * the other one is a team domain of Access. The customers of a provider, such as those of `workers.dev`,
 * are different sites.
 */
export function isSameSite({ hostname: named }: URL, { hostname: other }: URL): boolean {
  if (named === other || other.endsWith(ACCESS)) return true
  if (isLoopback(named)) return isLoopback(other)
  const [one, two] = [named, other].map((each) => getDomain(each, { allowPrivateDomains: true }))
  return one !== null && one === two
}
