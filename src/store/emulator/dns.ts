import * as z from 'zod'
import type { Edit } from '../configuration'

/** The TXT records of an emulated zone, by host. */
export type Zone = Record<string, string[]>

/** The TXT records of a host. */
export type LookUp = (host: string) => Promise<string[]>

/** A way to look up TXT records: in the emulated zone, or with a real resolver. */
export type Resolver = {
  lookUpIn(zone: Zone): LookUp
  /** The delay before a missing record is looked up again. */
  againAfterMs: number
}

const TXT = 16

// The longest time that a resolver may take.
const PATIENCE_MS = 5000

/** Returns the resolver that `DNS_RESOLVER` names, or the emulated one. */
export function resolverOf(url: string | undefined): Resolver {
  if (url !== undefined) return { lookUpIn: () => overHttps(url), againAfterMs: 3000 }
  // The emulated zone is also read whenever it changes or the clock moves.
  return { lookUpIn: inZone, againAfterMs: 60_000 }
}

/** Returns a look-up in an emulated zone. */
export function inZone(zone: Zone): LookUp {
  return async (host) => (Object.hasOwn(zone, host) ? (zone[host] ?? []) : [])
}

/** Returns the TXT records that the API has created, by host. */
export function txtRecordsIn(edits: readonly Edit[]): Zone {
  const zone: Zone = {}
  for (const { kind, value } of edits) {
    if (kind !== 'dnsRecords' || value?.type !== 'TXT') continue
    zone[value.name] = [...(zone[value.name] ?? []), unquoted(value.content)]
  }
  return zone
}

/** Returns the records of both zones, host by host. */
export function merged(one: Zone, other: Zone): Zone {
  const hosts = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries(
    [...hosts].map((host) => [host, [...(one[host] ?? []), ...(other[host] ?? [])]]),
  )
}

const responseSchema = z.object({
  Answer: z.array(z.object({ type: z.number(), data: z.string() })).default([]),
})

/**
 * Returns a look-up over HTTPS, in the JSON format of public resolvers.
 *
 * @param resolver for example `https://cloudflare-dns.com/dns-query`
 * @see https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/
 */
export function overHttps(resolver: string): LookUp {
  return async (host) => {
    const url = new URL(resolver)
    url.searchParams.set('name', host)
    url.searchParams.set('type', 'TXT')
    const headers = { accept: 'application/dns-json' }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!response.ok)
      throw new Error(`DNS_RESOLVER responded with the status ${response.status}, expected 200`)
    const { Answer } = responseSchema.parse(await response.json())
    return Answer.filter(({ type }) => type === TXT).map(({ data }) => unquoted(data))
  }
}

// A record is quoted; a long one in pieces of 255 characters.
function unquoted(data: string): string {
  const pieces = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, piece = '']) => piece)
  return pieces.length > 0 ? pieces.join('').replace(/\\(.)/g, '$1') : data
}
