import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import ipaddr from 'ipaddr.js'
import { isLoopback, isSameSite } from './same-site.ts'

/** A request without a response. The message contains nothing of the server, not even its name. */
export class NoResponse extends Error {}

/** The hosts that a comparison may reach. */
export type Hosts = {
  allows(url: URL): boolean
  /**
   * Decides about a host that metadata announces: the same site and `*.cloudflareaccess.com` are allowed,
   * about any other host the user is asked once.
   */
  announce(url: URL): Promise<boolean>
  /** Resolves a name for a connection. */
  lookup: LookupFunction
}

/**
 * Returns the hosts that may be reached if the user named this one. Private addresses may be reached only
 * if the named host has one.
 *
 * @throws Error if the named host does not exist
 */
export async function guarded(
  named: URL,
  mayReach: (host: string) => Promise<boolean>,
): Promise<Hosts> {
  const allowed = new Set([named.host])
  const refused = new Set<string>()
  const hasPrivate = (await addressesOf(named)).some(isPrivate)
  const check = (url: URL) =>
    allowed.has(url.host) &&
    /^https?:$/.test(url.protocol) &&
    (hasPrivate || !isPrivate(url.hostname))
  return {
    allows: check,
    async announce(url) {
      if (!/^https?:$/.test(url.protocol)) return false
      const { host } = url
      if (allowed.has(host) || refused.has(host)) return check(url)
      const isAllowed = isSameSite(named, url) || (await mayReach(host))
      const decided = isAllowed ? allowed : refused
      decided.add(host)
      return check(url)
    },
    lookup(hostname, options, callback) {
      lookup(hostname, { ...(options as LookupOptions), all: true }, (error, addresses) => {
        const refused = error ?? refusalOf(addresses, hasPrivate)
        const [first] = addresses ?? []
        if (refused || !first) {
          return callback(refused ?? new NoResponse('the host has no address'), [])
        }
        if (options.all) return callback(null, addresses)
        callback(null, first.address, first.family)
      })
    },
  }
}

function refusalOf(addresses: LookupAddress[], hasPrivate: boolean) {
  const refused = !hasPrivate && addresses.some(({ address }) => isPrivate(address))
  return refused ? new NoResponse('the host has a private address') : undefined
}

async function addressesOf({ hostname }: URL): Promise<string[]> {
  const name = hostname.replace(/^\[|\]$/g, '')
  if (ipaddr.isValid(name)) return [name]
  try {
    const found = await promisify(lookup)(name, { all: true })
    return found.map(({ address }) => address)
  } catch {
    throw new Error(`${hostname} does not exist`)
  }
}

/** Returns whether an address is not one of the internet. A name is not an address. */
function isPrivate(address: string): boolean {
  const text = address.replace(/^\[|\]$/g, '')
  if (!ipaddr.isValid(text)) return isLoopback(address)
  return ipaddr.process(text).range() !== 'unicast'
}
