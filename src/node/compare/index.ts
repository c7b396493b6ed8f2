/**
 * `access-oauth-emulator compare`: compares the emulator with a server, request by request.
 *
 * This folder owns the table of probes, the sending with its guard, the redaction, the comparison and the
 * evidence. Probes change nothing at a server (`probes/`). Nothing that was received leaves this folder
 * before `redact.ts` has replaced what could be secret.
 */
import { startEmulator } from '../start-emulator.ts'
import { type Agreement, compareResponses } from './agreement.ts'
import { guarded, type Hosts } from './hosts.ts'
import { type Mirror, mirrored, optionsOf } from './mirror.ts'
import { PROBES } from './probes/index.ts'
import type { Probe } from './probes/probe.ts'
import { redactor, vocabularyOf } from './redact.ts'
import { type Pace, POLITE, sender } from './send.ts'
import { type Exchange, Site } from './site.ts'

export type { Agreement } from './agreement.ts'
export type { Mirror } from './mirror.ts'

/** The options of a comparison. */
export type CompareOptions = {
  /** Whether a registration with a disallowed redirect URI is sent. */
  register: boolean
  /** Decides about a host that the server's metadata names and that is not on the same site. */
  mayReach: (host: string) => Promise<boolean>
  /** The times of the requests to the server; by default those of `POLITE`. */
  pace?: Pace
}

/** The result of a comparison. */
export type Comparison = {
  /** The configuration that the emulator had, read from the server's responses. */
  mirror: Mirror
  agreements: Agreement[]
  /** The probes that were not sent, with the reason. */
  notSent: { probe: string; why: string }[]
}

/** Returns the probes that `compare` sends. */
export function probesOf({ register }: Pick<CompareOptions, 'register'>): Probe[] {
  return PROBES.filter(({ needs }) => needs === undefined || register)
}

/**
 * Sends the probes to the server at `url` and to an emulator that is configured like it.
 *
 * @throws Error if the host does not exist or does not respond
 */
export async function compare(url: URL, options: CompareOptions): Promise<Comparison> {
  const hosts: Hosts = await guarded(url, options.mayReach)
  const probes = probesOf(options)
  const real = new Site(url, sender(hosts, options.pace ?? POLITE))
  await real.discover(hosts).catch((error: Error) => {
    throw new Error(`${url.host} does not respond: ${error.message}`)
  })
  const theirs = await real.sendAll(probes)
  const mirror = mirrored(real)
  await using emulator = await startEmulator(optionsOf(mirror, url))
  const own = new URL(url.pathname, emulator.url)
  const ownHosts = await guarded(own, async () => true)
  const emulated = new Site(own, sender(ownHosts, { ...POLITE, intervalMs: 0 }))
  await emulated.discover(ownHosts)
  const ours = await emulated.sendAll(probes)
  return {
    mirror,
    agreements: agreementsOf(probes, { real, theirs }, { emulated, ours }, mirror),
    notSent: probes.flatMap(({ id }) => {
      const why = theirs.get(id)?.problem
      return why === undefined ? [] : [{ probe: id, why }]
    }),
  }
}

type Exchanges = Map<string, Exchange>

function agreementsOf(
  probes: Probe[],
  { real, theirs }: { real: Site; theirs: Exchanges },
  { emulated, ours }: { emulated: Site; ours: Exchanges },
  mirror: Mirror,
): Agreement[] {
  const known = vocabularyOf([...ours.values()])
  return probes.flatMap((probe) => {
    const [their, our] = [theirs.get(probe.id), ours.get(probe.id)]
    if (!their?.response || !our?.response) return []
    return compareResponses(
      probe,
      { response: our.response, redact: redactor(emulated, known) },
      { response: their.response, redact: redactor(real, known) },
      mirror,
    )
  })
}
