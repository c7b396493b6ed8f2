import type { Person } from '../../access/identity'
import { publishedKeys, type SigningKey } from '../../access/keys'
import type { RecordedEvent, ReportedEvent } from '../../events/event'
import type { AutoSignIn } from '../../switches/auto-sign-in'
import type { ActiveFault, FaultName } from '../../switches/faults'
import type { QuirkName } from '../../switches/quirks'
import { type Configuration, type Edit, edited, isSeeded, type Seed } from '../configuration'
import { type Remote, remote } from '../remote'
import type { Connection } from './connections'
import type { DirectorySession, DirectoryUser } from './directory'
import type { Zone } from './dns'
import type { EmulatorDump } from './dump'
import { addEvent, handOverEvents, type Receiver } from './event-batch'
import type { EventRange } from './event-log'
import type { ClockMove } from './kept-state'
import { asTheEdgeSees } from './late-edits'
import { configurationOf, loadUnlessKnown, recentStateOf, rememberState } from './loaded'
import type { EmulatorObject } from './object'
import type { PortalGrant, PortalSession, PortalState, PortalStateKind } from './portal-states'
import { type EmulatorState, type Epoch, emulatedNow } from './state'

/** The namespace of the emulator's one object. */
export type EmulatorBinding = DurableObjectNamespace<EmulatorObject>

// A query reads at most this many pages of events (4 Mi characters each).
const MOST_PAGES = 8

/** Returns the emulator's object, for another object. */
export function emulatorObject(binding: EmulatorBinding): Remote<EmulatorObject> {
  return remote(binding, 'emulator')
}

/** The error of an edit that does not fit into the store. */
export class ConfigurationFull extends Error {
  constructor() {
    super(
      'The configuration is full: the records that the API has changed take more than 16 MiB. Delete some, or reset the emulator',
    )
    this.name = 'ConfigurationFull'
  }
}

/** The plan of an edit: the records to keep, and the result for its caller. */
export type Plan<T> = { edits: Edit[]; result: T }

/**
 * The emulator as requests see it: its state is read from its object at most once a second.
 *
 * This folder owns everything that exists once: state and clock, switches, signing keys, events, the
 * directory that follows from them, the edits of the configuration, DNS and domains. `object.ts` is the
 * Durable Object, with a file for each of its parts; `loaded.ts` is what an isolate remembers of it.
 */
export class Emulator {
  readonly #binding: EmulatorBinding

  /** @param print receives every event once, when it is recorded or, if that fails, first tried to be */
  constructor(
    bindings: { EMULATOR: EmulatorBinding },
    private readonly print: (events: readonly ReportedEvent[]) => void,
  ) {
    this.#binding = bindings.EMULATOR
  }

  get #object(): Remote<EmulatorObject> {
    return emulatorObject(this.#binding)
  }

  async state(): Promise<EmulatorState> {
    return recentStateOf(this.#binding) ?? this.#remember(await this.#object.read())
  }

  /** Moves the clock. `too-late`: beyond the year 9999. */
  async moveClock(move: ClockMove): Promise<EmulatorState | 'too-late'> {
    const state = await this.#object.moveClock(move)
    return state === 'too-late' ? state : this.#remember(state)
  }

  async setKeyRotationInterval(keyRotationIntervalDays: number): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ keyRotationIntervalDays }))
  }

  async setAutoSignIns(autoSignIns: AutoSignIn[]): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ autoSignIns }))
  }

  /** Replaces the people of the setting `PEOPLE`; undefined returns to them. */
  async setPeople(people: Person[] | undefined): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ people }))
  }

  /** Returns the rule of automatic sign-in for an authorization, and uses a counted one up. */
  async takeAutoSignIn(clientId: string): Promise<AutoSignIn | undefined> {
    const { rule, state } = await this.#object.takeAutoSignIn(clientId)
    this.#remember(state)
    return rule
  }

  /** Switches a fault on, or off if `fault` is missing. */
  async setFault(name: FaultName, fault?: ActiveFault): Promise<EmulatorState> {
    return this.#remember(await this.#object.setFault(name, fault))
  }

  async setFaults(faults: ActiveFault[]): Promise<EmulatorState> {
    return this.#remember(await this.#object.setFaults(faults))
  }

  /** Strikes once with a fault, and returns whether it was still on. */
  async strike(name: FaultName): Promise<boolean> {
    const { isStruck, state } = await this.#object.strike(name)
    this.#remember(state)
    return isStruck
  }

  async setQuirk(name: QuirkName, isOn: boolean): Promise<EmulatorState> {
    return this.#remember(await this.#object.setQuirk(name, isOn))
  }

  /** Returns to the seed, in a new epoch. Returns the ended epoch, whose KV records are to be swept. */
  async reset(): Promise<string> {
    await this.#handOver()
    const { state, ended } = await this.#object.reset()
    this.#remember(state)
    return ended
  }

  async revoke(key: string): Promise<EmulatorState> {
    return this.#remember(await this.#object.revoke(key))
  }

  /** Returns the current configuration: the seed with the edits of the API. */
  async configuration(seed: Seed): Promise<Configuration> {
    return configurationOf(seed, await this.#edits())
  }

  /** Returns the configuration as the edge sees it while the fault `late-settings` is on. */
  async lateConfiguration(seed: Seed): Promise<Configuration> {
    const edits = await this.#edits()
    const late = await this.#object.lateEdits()
    if (late.length === 0) return configurationOf(seed, edits)
    return edited(seed, asTheEdgeSees(edits, late))
  }

  /**
   * Changes the configuration as `plan` says. If another edit comes between, `plan` is called again with
   * the newest configuration, so that its checks hold when its records are kept.
   *
   * @throws ConfigurationFull
   */
  async edit<T>(seed: Seed, plan: (from: Configuration) => Promise<Plan<T>>): Promise<T> {
    for (;;) {
      const state = await this.#object.read()
      this.#remember(state)
      const { edits, result } = await plan(await this.configuration(seed))
      if (edits.length === 0) return result
      const gone = edits.filter((edit) => edit.value === null && !isSeeded(seed, edit))
      const next = await this.#object.edit(edits, state.configurationRevision, gone)
      if (next === 'full') throw new ConfigurationFull()
      if (next !== 'overtaken') {
        this.#remember(next)
        return result
      }
    }
  }

  /** Returns the signing keys that are published now, the current one first. */
  async keys(): Promise<SigningKey[]> {
    const state = await this.state()
    const keys = await loadUnlessKnown(this.#binding, 'keys', () => this.#object.keys())
    return publishedKeys(keys, emulatedNow(state))
  }

  /** Records an event a little later, together with others. */
  record(context: { waitUntil(promise: Promise<unknown>): void }, event: ReportedEvent): void {
    addEvent(this.#binding, context, event, this.#receiver)
  }

  /** Yields the events of a range page by page: all of them may not fit into memory at once. */
  async *eventPages(range: EventRange): AsyncGenerator<RecordedEvent[]> {
    await this.#handOver()
    let left = range
    for (;;) {
      const { events, hasMore } = await this.#object.events(left)
      yield events
      const last = events.at(-1)
      if (!hasMore || !last) return
      left = {
        ...left,
        ...(range.isNewestFirst ? { before: last.number } : { after: last.number }),
      }
    }
  }

  /** Returns the latest events, the newest last, as far back as fits into memory at once. */
  async events(): Promise<RecordedEvent[]> {
    const pages: RecordedEvent[][] = []
    for await (const page of this.eventPages({ isNewestFirst: true })) {
      if (pages.push(page) === MOST_PAGES) break
    }
    return pages.flat().reverse()
  }

  /** Returns the events after a number: at once, or when the next one is recorded, or none in time. */
  async nextEvents(after: number, patienceMs: number): Promise<RecordedEvent[]> {
    await this.#handOver()
    return this.#object.nextEvents(after, patienceMs)
  }

  /** Returns the number of the newest event. */
  async newestEvent(): Promise<number> {
    await this.#handOver()
    return this.#object.newestEvent()
  }

  /** Returns the entries of Access's own log, the latest last. */
  async accessRequests(): Promise<RecordedEvent[]> {
    await this.#handOver()
    const found: RecordedEvent[] = []
    for (;;) {
      const before = found.at(-1)?.number
      const page = await this.#object.accessRequests(before, found.length)
      for (const event of page.events) found.push(event)
      if (!page.hasMore) return found.reverse()
    }
  }

  async dns(): Promise<Zone> {
    return this.#object.dns()
  }

  /** Replaces the emulated zone. */
  async setDns(zone: Zone): Promise<void> {
    await this.#object.setDns(zone)
  }

  /** Returns everyone who signed in or was created as a user. */
  async users(): Promise<DirectoryUser[]> {
    await this.#handOver()
    return this.#object.users()
  }

  async putUser(email: string, name: string): Promise<void> {
    await this.#handOver()
    await this.#object.putUser(email, name)
  }

  /** Deletes a user and revokes everything of theirs. */
  async deleteUser(email: string): Promise<void> {
    await this.#handOver()
    this.#remember(await this.#object.deleteUser(email))
  }

  /** Returns the sign-ins that have not expired: all, or those of one person or one kind of holder. */
  async sessions(email?: string, holder?: DirectorySession['holder']): Promise<DirectorySession[]> {
    await this.#handOver()
    return this.#object.sessions(email, holder)
  }

  /** Adds an application that a person has authorized at the dashboard, until the grant ends. */
  async addConnection(email: string, connection: Connection, endsAtSeconds: number): Promise<void> {
    await this.#object.addConnection(email, connection, endsAtSeconds)
  }

  /** Removes the authorized application that has this grant, if there is one. */
  async removeConnection(grantId: string): Promise<void> {
    await this.#object.removeConnection(grantId)
  }

  /** Returns the applications that a person has authorized at the dashboard, the latest first. */
  async connections(email: string): Promise<Connection[]> {
    return this.#object.connections(email)
  }

  /** Finds a state of a portal that has not ended. */
  async portalState<K extends PortalStateKind>(
    kind: K,
    id: string,
  ): Promise<PortalState<K> | undefined> {
    // The types of a call cannot express that the kind decides the value.
    return this.#object.portalState(kind, id) as Promise<PortalState<K> | undefined>
  }

  /** Stores a state of a portal, until it ends or its owner does. */
  async putPortalState<K extends PortalStateKind>(
    kind: K,
    id: string,
    owner: string,
    endsAtSeconds: number,
    value: PortalState<K>,
  ): Promise<void> {
    await this.#object.putPortalState(kind, id, owner, endsAtSeconds, value)
  }

  /** Returns a state of a portal once. */
  async takePortalState<K extends PortalStateKind>(
    kind: K,
    id: string,
  ): Promise<PortalState<K> | undefined> {
    return this.#object.takePortalState(kind, id) as Promise<PortalState<K> | undefined>
  }

  /** Merges members into a session or grant of a portal. Of several simultaneous changes, none is lost. */
  async mergePortalState<K extends 'session' | 'grant'>(
    kind: K,
    id: string,
    changes: Partial<PortalState<K>>,
  ): Promise<PortalState<K> | undefined> {
    return this.#object.mergePortalState(kind, id, changes) as Promise<PortalState<K> | undefined>
  }

  async removePortalState(kind: PortalStateKind, id: string): Promise<void> {
    await this.#object.removePortalState(kind, id)
  }

  /** Returns the session of this holder, which then ends `idleSeconds` later. */
  async usePortalSession(
    id: string,
    holder: string,
    idleSeconds: number,
  ): Promise<PortalSession | undefined> {
    return this.#object.usePortalSession(id, holder, idleSeconds)
  }

  /** Returns the grants of a person at a portal. */
  async portalGrantsOf(
    portalId: string,
    email: string,
  ): Promise<{ id: string; grant: PortalGrant }[]> {
    return this.#object.portalGrantsOf(portalId, email)
  }

  /** Deletes every state of a grant or service token. */
  async removePortalStatesOf(owner: string): Promise<void> {
    await this.#object.removePortalStatesOf(owner)
  }

  /** Returns when each service token was last admitted, in seconds, by its id. */
  async tokenUses(): Promise<Record<string, number>> {
    await this.#handOver()
    return this.#object.tokenUses()
  }

  /** Returns everything of the emulator's object, for a store to be loaded with it. */
  async dump(): Promise<EmulatorDump> {
    await this.#handOver()
    const { dump, state } = await this.#object.dump()
    this.#remember(state)
    return dump
  }

  /** Returns a new epoch, for a snapshot to be written in before it is loaded. */
  async nextEpoch(): Promise<Epoch> {
    return this.#object.nextEpoch()
  }

  /**
   * Replaces everything of the emulator's object. The records of the loaded state are in `next` already.
   * Returns the ended epoch, whose KV records are to be swept.
   */
  async load(dump: EmulatorDump, next: Epoch): Promise<string> {
    await this.#handOver()
    const { state, ended } = await this.#object.load(dump, next)
    this.#remember(state)
    return ended
  }

  /** Sweeps the records of an ended epoch later, because KV did not respond. */
  async sweepLater(epoch: string): Promise<void> {
    await this.#object.sweepLater(epoch)
  }

  async rotateKeys(): Promise<EmulatorState> {
    return this.#remember(await this.#object.rotateKeys())
  }

  async signingKey(): Promise<SigningKey> {
    const [current] = await this.keys()
    if (!current) throw new Error('The store has no signing key')
    return current
  }

  async #edits(): Promise<Edit[]> {
    await this.state()
    return loadUnlessKnown(this.#binding, 'edits', () => this.#object.edits())
  }

  // Everything derived from events is read only after the waiting events have been recorded.
  #handOver(): Promise<void> {
    return handOverEvents(this.#binding, this.#receiver)
  }

  get #receiver(): Receiver {
    return { keep: (events) => this.#object.record(events), print: this.print }
  }

  #remember(state: EmulatorState): EmulatorState {
    return rememberState(this.#binding, state)
  }
}
