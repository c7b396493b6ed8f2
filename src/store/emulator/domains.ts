import type { Edit } from '../configuration'
import { merged, type Resolver, txtRecordsIn, type Zone } from './dns'
import { awaitsVerification, lookAtDomains, verified } from './domain-verification'

// The delay before the first look-up of an OAuth client's domain, in real time.
const FIRST_LOOK_MS = 1000

/** The edits of the configuration: clients whose domains are verified, and DNS records. */
type Clients = { all(): Edit[]; keep(edits: Edit[]): void }

/**
 * The emulated DNS zone, and the verification of the domains of OAuth clients. The object's alarm calls
 * `verify`; this part sets the alarm.
 */
export class Domains {
  constructor(
    private readonly storage: Pick<DurableObjectStorage, 'kv' | 'setAlarm'>,
    private readonly resolver: Resolver,
    private readonly clients: Clients,
  ) {}

  /** Returns the zone that the control has put. */
  zone(): Zone {
    return this.storage.kv.get<Zone>('dns') ?? {}
  }

  /** Returns the TXT records of the zone: those that the control has put, and those of the API. */
  records(): Zone {
    return merged(this.zone(), txtRecordsIn(this.clients.all()))
  }

  /** Replaces the emulated zone. */
  setZone(zone: Zone): void {
    this.storage.kv.put('dns', zone)
    this.#verifyIn(0)
  }

  /** Schedules a look-up of the domains that these edits leave to be verified, or whose records change. */
  edited(edits: Edit[]): void {
    const isRecord = edits.some(({ kind }) => kind === 'dnsRecords')
    if (isRecord && awaitsVerification(this.clients.all())) this.#verifyIn(0)
    if (awaitsVerification(edits)) this.#verifyIn(FIRST_LOOK_MS)
  }

  /** Schedules a look-up now, because the two days for the record are days of the emulated clock. */
  clockMoved(): void {
    if (awaitsVerification(this.clients.all())) this.#verifyIn(0)
  }

  /**
   * Looks up every domain that is still to be verified, until its record exists or its time has
   * expired.
   */
  async verify(now: number): Promise<void> {
    const lookUp = this.resolver.lookUpIn(this.records())
    const seen = await lookAtDomains(this.clients.all(), lookUp, now)
    // Read again, because an edit may have been stored during the look-up.
    const changed = verified(this.clients.all(), seen)
    if (changed.length > 0) this.clients.keep(changed)
    if (awaitsVerification(this.clients.all())) this.#verifyIn(this.resolver.againAfterMs)
  }

  reset(): void {
    this.storage.kv.delete('dns')
  }

  #verifyIn(milliseconds: number): void {
    this.storage.setAlarm(Date.now() + milliseconds)
  }
}
