import { isLoopback } from '../oauth/loopback'
import { type Application, domainsOf } from './application'
import { pathOf } from './domain'
import { hostFor } from './team-domain'

/**
 * Returns the addresses at which a browser opens the applications. A host with a wildcard has none.
 *
 * @param url a URL of the emulator, which has the protocol and the port
 * @param anyHost the origin of an application that covers every host
 */
export function addressesOf(
  applications: readonly Application[],
  url: URL,
  anyHost: string,
): { name: string; url: string }[] {
  return applications.flatMap((application) => {
    const [address] = domainsOf(application).flatMap((domain) => addressOf(domain, url, anyHost))
    return address === undefined ? [] : [{ name: application.name, url: address }]
  })
}

function addressOf(domain: string, url: URL, anyHost: string): string[] {
  const [authority = ''] = domain.split('/')
  const path = pathOf(domain) || '/'
  if (authority === '*') return [anyHost + path]
  return authority.includes('*') ? [] : [`${url.protocol}//${hostFor(authority, url)}${path}`]
}

/** Returns the origin of an application that covers every host, as a page of another host links to it. */
export function anyHostFrom({ host, hostname, port, protocol }: URL): string {
  return `${protocol}//${isLoopback(hostname) ? `localhost${port && `:${port}`}` : host}`
}
