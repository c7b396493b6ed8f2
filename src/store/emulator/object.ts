import { DurableObject } from 'cloudflare:workers'
import type { PrivateKey, SigningKey } from '../../access/keys'
import { revocable } from '../../access/revocation'
import type { RecordedEvent, ReportedEvent } from '../../events/event'
import type { CountedCalls } from '../../mcp/counted-calls'
import type { ActiveFault } from '../../switches/active-fault'
import type { AutoSignIn } from '../../switches/auto-sign-in'
import type { FaultName } from '../../switches/faults'
import type { QuirkName } from '../../switches/quirks'
import type { Edit } from '../configuration'
import { COLLECTED_EVERY_SECONDS, Collector } from './collector'
import { ConfigurationEdits } from './configuration-edits'
import { type Connection, Connections } from './connections'
import { Directory, type DirectorySession, type DirectoryUser } from './directory'
import { resolverOf, type Zone } from './dns'
import { Domains } from './domains'
import type { EmulatorDump } from './dump'
import { dumpTables, loadTables } from './dump-tables'
import type { EventPage, EventRange } from './event-log'
import { Events } from './events'
import { type ClockMove, KeptState } from './kept-state'
import type { LateEdit } from './late-edits'
import type { PortalHolders, PortalSession, PortalState, PortalStateKind } from './portal-state'
import { PortalStates } from './portal-states'
import { objectSettingsSchema } from './settings'
import { SigningKeys } from './signing-keys'
import type { EmulatorState, Epoch } from './state'
import { Switches } from './switches'
import { type CallRange, ToolCalls } from './tool-calls'

type Env = { KV: KVNamespace }

/** The state after everything was replaced, and the epoch that ended. */
type Replaced = { state: EmulatorState; ended: string }

/**
 * The emulator's one object: the calls of its parts from other isolates, and those that concern several
 * parts. It is one object, because a reset or a loaded state replaces all parts at once.
 */
export class EmulatorObject extends DurableObject<Env> {
  #settings = objectSettingsSchema.parse(this.env)
  #state = new KeptState(this.ctx.storage.kv)
  #switches = new Switches(this.#state)
  #keys = new SigningKeys(this.ctx.storage.kv)
  #directory = new Directory(this.ctx.storage.sql)
  #connections = new Connections(this.ctx.storage.sql)
  #portals = new PortalStates(this.ctx.storage.sql)
  #calls = new ToolCalls(this.ctx.storage.sql)
  #edits = new ConfigurationEdits(this.ctx.storage.sql, this.#state, this.#switches)
  #events = new Events(this.ctx.storage.sql, this.#settings.EVENTS_KEPT)
  #domains = new Domains(this.ctx.storage, resolverOf(this.#settings.DNS_RESOLVER), {
    all: () => this.#edits.all(),
    keep: (edits) => this.edit(edits, this.#state.current.configurationRevision),
  })
  #collector = new Collector(this.ctx.storage.kv, this.env.KV, this.#state.now())

  // --- State, clock and switches ---

  read(): EmulatorState {
    return this.#state.current
  }

  change(
    change: Partial<Pick<EmulatorState, 'autoSignIns' | 'people' | 'keyRotationIntervalDays'>>,
  ): EmulatorState {
    return this.#state.change(change)
  }

  moveClock(move: ClockMove): EmulatorState | 'too-late' {
    const state = this.#state.moveClock(move)
    if (state !== 'too-late') this.#domains.clockMoved()
    return state
  }

  revoke(key: string): EmulatorState {
    return this.#state.revoke(key)
  }

  takeAutoSignIn(clientId: string): { rule: AutoSignIn | undefined; state: EmulatorState } {
    return this.#switches.takeAutoSignIn(clientId)
  }

  setFault(name: FaultName, fault: ActiveFault | undefined): EmulatorState {
    if (name === 'late-settings') this.#edits.showAll()
    return this.#switches.setFault(name, fault)
  }

  setFaults(faults: ActiveFault[]): EmulatorState {
    this.#edits.showAll()
    return this.#switches.setFaults(faults)
  }

  strike(name: FaultName): { isStruck: boolean; state: EmulatorState } {
    return this.#switches.strike(name)
  }

  setQuirk(name: QuirkName, isOn: boolean): EmulatorState {
    return this.#switches.setQuirk(name, isOn)
  }

  // --- Keys ---

  /** Returns the key that signs now. */
  signingKey(): Promise<PrivateKey> {
    return this.#keys.current()
  }

  /** Returns the signing keys: the current one first, the one that follows it second. */
  keys(): Promise<SigningKey[]> {
    return this.#keys.all()
  }

  /** Makes a new key the current one. */
  async rotateKeys(): Promise<EmulatorState> {
    const now = this.#state.now()
    await this.#keys.rotate(now)
    return this.#state.rotated(now)
  }

  // --- Events, and the directory that is derived from them ---

  record(events: ReportedEvent[]): void {
    for (const event of this.#events.record(events)) {
      const atSeconds = Date.parse(event.at) / 1000
      this.#directory.learn(event, atSeconds)
      this.#calls.learn(event, atSeconds)
    }
    if (this.#collector.isDue(this.#state.now())) this.ctx.waitUntil(this.#collect())
    this.ctx.waitUntil(this.#collectLater())
  }

  events(range: EventRange): EventPage {
    return this.#events.page(range)
  }

  newestEvent(): number {
    return this.#events.newest()
  }

  nextEvents(after: number, patienceMs: number): Promise<RecordedEvent[]> {
    return this.#events.next(after, patienceMs)
  }

  accessRequests(before: number | undefined, read: number): EventPage {
    return this.#events.accessRequests(before, read)
  }

  users(): DirectoryUser[] {
    return this.#directory.users()
  }

  putUser(email: string, name: string): void {
    this.#directory.putUser(email, name, this.#state.now())
  }

  /** Deletes a user and revokes everything of theirs. */
  deleteUser(email: string): EmulatorState {
    this.#directory.deleteUser(email)
    return this.#state.revoke(revocable.deletedPerson(email))
  }

  sessions(email?: string, holder?: DirectorySession['holder']): DirectorySession[] {
    return this.#directory.sessions(email, this.#state.now(), holder)
  }

  addConnection(email: string, connection: Connection, endsAtSeconds: number): void {
    this.#connections.add(email, connection, endsAtSeconds)
    this.ctx.waitUntil(this.#collectLater())
  }

  removeConnection(grantId: string): void {
    this.#connections.remove(grantId)
  }

  connections(email: string): Connection[] {
    return this.#connections.of(email, this.#state.now())
  }

  // --- The states of MCP portals ---

  portalState<K extends PortalStateKind>(kind: K, id: string): PortalState<K> | undefined {
    return this.#portals.find(kind, id, this.#state.now())
  }

  putPortalState<K extends PortalStateKind>(
    kind: K,
    id: string,
    owner: string,
    endsAtSeconds: number,
    value: PortalState<K>,
  ): void {
    this.#portals.put(kind, id, owner, endsAtSeconds, value)
    this.ctx.waitUntil(this.#collectLater())
  }

  takePortalState<K extends PortalStateKind>(kind: K, id: string): PortalState<K> | undefined {
    return this.#portals.take(kind, id, this.#state.now())
  }

  mergePortalState<K extends 'session' | 'grant'>(
    kind: K,
    id: string,
    changes: Partial<PortalState<K>>,
  ): PortalState<K> | undefined {
    return this.#portals.merge(kind, id, this.#state.now(), changes)
  }

  removePortalState(kind: PortalStateKind, id: string): void {
    this.#portals.remove(kind, id)
  }

  usePortalSession(id: string, holder: string, idleSeconds: number): PortalSession | undefined {
    const now = this.#state.now()
    return this.#portals.useSession(id, holder, now, now + idleSeconds)
  }

  portalHolders(portalId: string): PortalHolders {
    return this.#portals.holders(portalId, this.#state.now())
  }

  removePortalStatesOf(owner: string): void {
    this.#portals.removeOwned(owner)
  }

  toolCalls(range: CallRange): CountedCalls[] {
    return this.#calls.count(range)
  }

  tokenUses(): Record<string, number> {
    return this.#directory.tokenUses()
  }

  // --- Configuration, and the domains that it names ---

  edits(): Edit[] {
    return this.#edits.all()
  }

  lateEdits(): LateEdit[] {
    return this.#edits.late()
  }

  /**
   * Stores edits that were planned at this revision of the configuration, all of them or none.
   * `overtaken`: another edit came first, so the checks of the plan may no longer hold.
   *
   * @param gone the edits that delete a record that the seed does not have
   */
  edit(edits: Edit[], revision: number, gone: Edit[] = []): EmulatorState | 'overtaken' | 'full' {
    const refusal = this.#edits.refusalOf(edits, revision)
    if (refusal) return refusal
    this.#domains.edited(edits)
    return this.ctx.storage.transactionSync(() => {
      for (const { kind, id } of gone) {
        if (kind === 'serviceTokens') this.#directory.forgetTokenUse(id)
      }
      return this.#edits.keep(edits, gone)
    })
  }

  dns(): Zone {
    return this.#domains.records()
  }

  setDns(zone: Zone): void {
    this.#domains.setZone(zone)
  }

  // --- All parts: reset, dump, load, collection ---

  /** Returns to the seed: deletes everything issued and registered. The signing keys stay. */
  reset(): Replaced {
    const { epoch: ended } = this.#state.current
    this.#edits.reset()
    this.#events.reset()
    this.#directory.reset()
    this.#connections.reset()
    this.#portals.reset()
    this.#calls.reset()
    this.#domains.reset()
    return { state: this.#state.reset(), ended }
  }

  nextEpoch(): Epoch {
    return this.#state.nextEpoch()
  }

  /** Returns everything that a store is loaded with, and the state after that. */
  async dump(): Promise<{ dump: EmulatorDump; state: EmulatorState }> {
    const keys = await this.#keys.all()
    const { dumped, state } = this.#state.dump()
    const tables = dumpTables(this.ctx.storage.sql)
    return { dump: { state: dumped, keys, dns: this.#domains.zone(), tables }, state }
  }

  /**
   * Replaces everything but the events, at once. The records of the loaded state are in the epoch `next`.
   * If a later epoch has replaced everything already, the loaded state has ended with it.
   */
  load({ state, keys, dns, tables }: EmulatorDump, next: Epoch): Replaced {
    const { current } = this.#state
    if (next.epochNumber < current.epochNumber) return { state: current, ended: next.epoch }
    return this.ctx.storage.transactionSync(() => {
      loadTables(this.ctx.storage.sql, tables)
      this.#domains.setZone(dns)
      // The last, because these are remembered.
      this.#keys.replace(keys)
      return { state: this.#state.load(state, next), ended: current.epoch }
    })
  }

  /** Sweeps the records of an ended epoch later, because KV did not respond. */
  sweepLater(epoch: string): void {
    this.#collector.sweepLater(epoch)
    this.ctx.waitUntil(this.#collectLater())
  }

  override async alarm(): Promise<void> {
    await this.#domains.verify(this.#state.now())
    if (this.#collector.isDue(this.#state.now())) await this.#collect()
    const parts = [this.#directory, this.#connections, this.#portals]
    if (parts.some((each) => !each.isEmpty())) await this.#collectLater()
  }

  // Deletes what has expired by the emulated clock.
  async #collect(): Promise<void> {
    const now = this.#state.now()
    this.#directory.collect(now)
    this.#connections.collect(now)
    this.#portals.collect(now)
    this.#calls.collect(now)
    this.#edits.collect(now)
    await this.#collector.collect(this.#state.current.epoch, now)
  }

  // The alarm for the domains comes sooner, and then sets this one again.
  async #collectLater(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) !== null) return
    await this.ctx.storage.setAlarm(Date.now() + COLLECTED_EVERY_SECONDS * 1000)
  }
}
