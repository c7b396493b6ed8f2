import * as z from 'zod'

/** The TXT records of an emulated zone, by host. */
export type Zone = Record<string, string[]>

/** The TXT records of a host. */
export type LookUp = (host: string) => Promise<string[]>

/** Where TXT records are looked up: in the emulated zone, or with a real resolver instead. */
export type Resolver = {
  lookUpIn(zone: Zone): LookUp
  /** How soon a record that was not found is looked up again. */
  againAfterMs: number
}

const TXT = 16

/** How long a resolver may take. */
const PATIENCE_MS = 5000

/** Returns the resolver that `DNS_RESOLVER` names, or the emulated one. */
export function resolverOf(url: string | undefined): Resolver {
  if (url !== undefined) return { lookUpIn: () => overHttps(url), againAfterMs: 3000 }
  // The emulated zone is looked at when it changes, and when the clock moves.
  return { lookUpIn: inZone, againAfterMs: 60_000 }
}

/** Looks TXT records up in an emulated zone. */
export function inZone(zone: Zone): LookUp {
  return async (host) => (Object.hasOwn(zone, host) ? (zone[host] ?? []) : [])
}

const answerSchema = z.object({
  Answer: z.array(z.object({ type: z.number(), data: z.string() })).default([]),
})

/**
 * Looks TXT records up over HTTPS, in the JSON form that public resolvers answer.
 *
 * @param resolver `https://cloudflare-dns.com/dns-query`, say
 * @see https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/make-api-requests/dns-json/
 */
export function overHttps(resolver: string): LookUp {
  return async (host) => {
    const url = new URL(resolver)
    url.searchParams.set('name', host)
    url.searchParams.set('type', 'TXT')
    const headers = { accept: 'application/dns-json' }
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!response.ok) throw new Error(`DNS_RESOLVER answered ${response.status}`)
    const { Answer } = answerSchema.parse(await response.json())
    return Answer.filter(({ type }) => type === TXT).map(({ data }) => unquoted(data))
  }
}

// A record is quoted, in pieces of 255 characters where it is long.
function unquoted(data: string): string {
  const pieces = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, piece = '']) => piece)
  return pieces.length > 0 ? pieces.join('').replace(/\\(.)/g, '$1') : data
}
