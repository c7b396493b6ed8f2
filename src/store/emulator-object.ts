import { DurableObject } from 'cloudflare:workers'
import { type AutoSignIn, matchingRule, withoutOne } from '../access/auto-sign-in'
import { wholeSeconds } from '../access/duration'
import type { RecordedEvent, ToldEvent } from '../access/event'
import type { ActiveFault, FaultName } from '../access/faults'
import type { SigningKey } from '../access/keys'
import type { QuirkName } from '../access/quirks'
import {
  afterLoading,
  afterWriting,
  noRevocations,
  type Revocations,
  revocable,
  withEverythingRevoked,
  withRevocation,
} from '../access/revocation'
import { LATEST_SECONDS } from '../access/timestamps'
import { randomText } from '../oauth/encoding'
import { COLLECTED_EVERY_SECONDS, Collector } from './collector'
import type { Edit } from './configuration'
import { type Connection, Connections } from './connections'
import { Directory, type DirectorySession, type DirectoryUser } from './directory'
import { inZone, overHttps, type Zone } from './dns'
import { awaitsVerification, lookAtDomains, verified } from './domain-verification'
import { dumpTables, type EmulatorDump, loadTables } from './dump'
import { Edits } from './edits'
import { EVENTS_KEPT, EventLog, type EventPage, type EventRange } from './event-log'
import { type LateEdit, LateEdits } from './late-edits'
import { SigningKeys } from './signing-keys'

/** What one emulator has only one of. */
export type EmulatorState = {
  /** Counts every change, over resets too: the higher one is the newer. */
  version: number
  /** Part of every stored record's address; a new one is an empty store. */
  epoch: string
  /** The HMAC key of tickets and session cookies, base64url; new at reset, which ends them all. */
  ticketSecret: string
  /** What the emulated clock is ahead of the real one. */
  clockOffsetSeconds: number
  autoSignIns: AutoSignIn[]
  faults: ActiveFault[]
  /** What was switched on or off beside the setting `QUIRKS`. */
  quirks: Partial<Record<QuirkName, boolean>>
  revocations: Revocations
  /** How often the configuration was edited, so that every isolate notices. */
  configurationRevision: number
  /** How often the keys were rotated, so that every isolate notices. */
  keyRevision: number
  keyRotationIntervalDays: number
  lastKeyRotationAtSeconds: number
}

/** On from where the clock is, or to an offset from the real one. */
export type ClockMove = { bySeconds: number } | { offsetSeconds: number }

// Access: documented. Every six weeks.
const KEY_ROTATION_INTERVAL_DAYS = 42

type Env = { KV: KVNamespace; DNS_RESOLVER?: string; EVENTS_KEPT?: string | number }

// Real time: how soon and how often the domains of OAuth clients are looked at.
const FIRST_LOOK_MS = 1000
const ASK_AGAIN_MS = 3000
const LATER_MS = 60_000

/**
 * The emulator's one object: clock, automatic sign-in, epoch, and the signing keys, which are made
 * exactly once however many requests ask for them first.
 */
export class EmulatorObject extends DurableObject<Env> {
  #state = keep(this.ctx, startState(this.ctx.storage.kv.get<EmulatorState>('state')))
  #keys = new SigningKeys(this.ctx.storage.kv)

  #directory = new Directory(this.ctx.storage.sql)
  #connections = new Connections(this.ctx.storage.sql)
  #edits = new Edits(this.ctx.storage.sql)
  #lateEdits = new LateEdits(this.ctx.storage.sql)
  #events = new EventLog(this.ctx.storage.sql, Number(this.env.EVENTS_KEPT) || EVENTS_KEPT)
  #followers = new Set<() => void>()
  #collector = new Collector(this.ctx.storage.kv, this.env.KV, this.now())

  read(): EmulatorState {
    return this.#state
  }

  now(): number {
    return emulatedNow(this.#state)
  }

  change(
    change: Partial<Pick<EmulatorState, 'autoSignIns' | 'keyRotationIntervalDays'>>,
  ): EmulatorState {
    return this.#save({ ...this.#state, ...change })
  }

  /** Moves the clock: of several advances at once, none is lost. */
  moveClock(move: ClockMove): EmulatorState | 'too late' {
    const before = this.#state.clockOffsetSeconds
    const clockOffsetSeconds = 'bySeconds' in move ? before + move.bySeconds : move.offsetSeconds
    const moved = { ...this.#state, clockOffsetSeconds }
    if (emulatedNow(moved) > LATEST_SECONDS) return 'too late'
    // Two days without the record are two days of the emulated clock.
    if (awaitsVerification(this.#edits.all())) this.#lookIn(0)
    return this.#save(moved)
  }

  /** The rule of automatic sign-in for an authorization, which uses it up where it is counted. */
  takeAutoSignIn(clientId: string): {
    rule: AutoSignIn | undefined
    state: EmulatorState
  } {
    const { autoSignIns } = this.#state
    const index = matchingRule(autoSignIns, clientId)
    const rule = autoSignIns[index]
    if (rule?.times === undefined) return { rule, state: this.#state }
    const left = withoutOne(autoSignIns, index)
    return { rule, state: this.#save({ ...this.#state, autoSignIns: left }) }
  }

  /** Switches a fault on, as from its first time; or off. */
  setFault(name: FaultName, fault: ActiveFault | undefined): EmulatorState {
    const others = this.#state.faults.filter((each) => each.name !== name)
    if (name === 'late-settings') this.#lateEdits.reset()
    return this.#save({ ...this.#state, faults: fault ? [...others, fault] : others })
  }

  clearFaults(): EmulatorState {
    this.#lateEdits.reset()
    return this.#save({ ...this.#state, faults: [] })
  }

  /** Lets a fault strike once; answers whether it did, because the last time may have been another's. */
  strike(name: FaultName): { isStruck: boolean; state: EmulatorState } {
    const fault = this.#state.faults.find((each) => each.name === name)
    if (!fault) return { isStruck: false, state: this.#state }
    const { left, struck } = fault
    const next = { ...fault, struck: struck + 1, left: left === null ? null : left - 1 }
    const faults = this.#state.faults.flatMap((each) => {
      if (each !== fault) return [each]
      return next.left === 0 ? [] : [next]
    })
    return { isStruck: true, state: this.#save({ ...this.#state, faults }) }
  }

  setQuirk(name: QuirkName, isOn: boolean): EmulatorState {
    return this.#save({ ...this.#state, quirks: { ...this.#state.quirks, [name]: isOn } })
  }

  /** Ends what `key` names (`revocable`), for everything made before. */
  revoke(key: string): EmulatorState {
    const revocations = withRevocation(this.#state.revocations, key, this.now())
    return this.#save({ ...this.#state, revocations })
  }

  /** Keeps what happened, and learns from it who signed in. */
  record(events: ToldEvent[]): void {
    for (const event of events) {
      const recorded = this.#events.record(event)
      const atSeconds = Date.parse(event.at) / 1000
      this.#directory.learn(recorded, atSeconds)
    }
    for (const wake of this.#followers) wake()
    if (this.#collector.isDue(this.now())) this.ctx.waitUntil(this.#collect())
    this.ctx.waitUntil(this.#collectLater())
  }

  /** The first page of a range of events. */
  events(range: EventRange): EventPage {
    return this.#events.page(range)
  }

  newestEvent(): number {
    return this.#events.newest()
  }

  /** Those after a number, as soon as there is one, or none once the patience is over. */
  async nextEvents(after: number, patienceMs: number): Promise<RecordedEvent[]> {
    const { events } = this.#events.page({ after })
    if (events.length > 0) return events
    await this.#nextRecord(patienceMs)
    return this.#events.page({ after }).events
  }

  #nextRecord(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#followers.delete(wake)
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(wake, patienceMs)
      this.#followers.add(wake)
    })
  }

  /** A page of the entries of Access's own log, the latest first. */
  accessRequests(before: number | undefined, read: number): EventPage {
    return this.#events.accessRequests(before, read)
  }

  users(): DirectoryUser[] {
    return this.#directory.users()
  }

  putUser(email: string, name: string): void {
    this.#directory.putUser(email, name, this.now())
  }

  deleteUser(email: string): EmulatorState {
    this.#directory.deleteUser(email)
    return this.revoke(revocable.deletedPerson(email))
  }

  sessions(email?: string, holder?: DirectorySession['holder']): DirectorySession[] {
    return this.#directory.sessions(email, this.now(), holder)
  }

  addConnection(email: string, connection: Connection, endsAtSeconds: number): void {
    this.#connections.add(email, connection, endsAtSeconds)
    this.ctx.waitUntil(this.#collectLater())
  }

  removeConnection(grantId: string): void {
    this.#connections.remove(grantId)
  }

  connections(email: string): Connection[] {
    return this.#connections.of(email, this.now())
  }

  tokenUses(): Record<string, number> {
    return this.#directory.tokenUses()
  }

  edits(): Edit[] {
    return this.#edits.all()
  }

  /**
   * Keeps edits that were planned at this revision of the configuration, all of them or none;
   * `overtaken` where another edit came first, so that nobody's check is about what is no more.
   *
   * @param gone those of the edits that leave nothing to keep: deleted, and not of the seed
   */
  edit(edits: Edit[], revision: number, gone: Edit[] = []): EmulatorState | 'overtaken' | 'full' {
    if (revision !== this.#state.configurationRevision) return 'overtaken'
    if (!this.#edits.hasRoomFor(edits)) return 'full'
    if (awaitsVerification(edits)) this.#lookIn(FIRST_LOOK_MS)
    return this.ctx.storage.transactionSync(() => {
      this.#keepLate(edits)
      this.#edits.keep(edits)
      this.#edits.forget(gone)
      for (const { kind, id } of gone) {
        if (kind === 'serviceTokens') this.#directory.forgetTokenUse(id)
      }
      return this.#save({ ...this.#state, configurationRevision: revision + 1 })
    })
  }

  // The edge goes on with what it has, as long as the fault `late-settings` says.
  #keepLate(edits: Edit[]): void {
    const fault = this.#state.faults.find(({ name }) => name === 'late-settings') as
      | ActiveFault<'late-settings'>
      | undefined
    if (!fault) return
    const now = this.now()
    const before = edits.map(({ kind, id }) => ({ kind, id, ...this.#edits.of(kind, id) }))
    this.#lateEdits.keep(before, now, now + wholeSeconds(fault.parameters.delay))
  }

  /** What the edge still sees instead of the newest edits, and until when the first of it does. */
  lateEdits(): LateEdit[] {
    return this.#lateEdits.all(this.now())
  }

  dns(): Zone {
    return this.ctx.storage.kv.get<Zone>('dns') ?? {}
  }

  /** Replaces the emulated zone, in which domains are looked up where there is no `DNS_RESOLVER`. */
  setDns(zone: Zone): void {
    this.ctx.storage.kv.put('dns', zone)
    this.#lookIn(0)
  }

  /** Looks for the TXT records of OAuth clients, and collects what is over. */
  override async alarm(): Promise<void> {
    await this.#lookAtDomains()
    if (this.#collector.isDue(this.now())) await this.#collect()
    if (!this.#directory.isEmpty() || !this.#connections.isEmpty()) await this.#collectLater()
  }

  /** An ended epoch whose records could not be swept. */
  sweepLater(epoch: string): void {
    this.#collector.sweepLater(epoch)
    this.ctx.waitUntil(this.#collectLater())
  }

  /** Forgets what is over by the emulated clock. */
  async #collect(): Promise<void> {
    const now = this.now()
    this.#directory.collect(now)
    this.#connections.collect(now)
    this.#lateEdits.collect(now)
    await this.#collector.collect(this.#state.epoch, now)
  }

  // Another alarm, for the domains, comes sooner, and sets this one again.
  async #collectLater(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) !== null) return
    this.#lookIn(COLLECTED_EVERY_SECONDS * 1000)
  }

  // Until the records are there, or late.
  async #lookAtDomains(): Promise<void> {
    const { DNS_RESOLVER } = this.env
    const zone = this.dns()
    const lookUp = DNS_RESOLVER ? overHttps(DNS_RESOLVER) : inZone(zone)
    const seen = await lookAtDomains(this.#edits.all(), lookUp, this.now())
    // Read again: an edit may have come while the records were looked up.
    const changed = verified(this.#edits.all(), seen)
    if (changed.length > 0) this.edit(changed, this.#state.configurationRevision)
    if (!awaitsVerification(this.#edits.all())) return
    // An emulated zone is looked at again when it changes, or the clock.
    this.#lookIn(DNS_RESOLVER ? ASK_AGAIN_MS : LATER_MS)
  }

  #lookIn(milliseconds: number): void {
    this.ctx.storage.setAlarm(Date.now() + milliseconds)
  }

  /** Back to the seed: everything issued and registered is forgotten, the signing keys stay. */
  reset(): EmulatorState {
    this.#edits.reset()
    this.#lateEdits.reset()
    this.#events.reset()
    this.#directory.reset()
    this.#connections.reset()
    this.ctx.storage.kv.delete('dns')
    const revocations = withEverythingRevoked(this.#state.revocations, this.now())
    const { keyRevision, configurationRevision } = this.#state
    return this.#save({
      ...freshState(),
      revocations,
      keyRevision,
      configurationRevision: configurationRevision + 1,
    })
  }

  /** Everything of the emulator's own, for a store to be loaded with it; and the state after it. */
  async dump(): Promise<{ dump: EmulatorDump; state: EmulatorState }> {
    const keys = await this.#keys.all()
    const { version: _, epoch: __, ...state } = this.#state
    const dump = { state, keys, dns: this.dns(), tables: dumpTables(this.ctx.storage.sql) }
    const revocations = afterWriting(state.revocations)
    return { dump, state: this.#save({ ...this.#state, revocations }) }
  }

  /**
   * Takes the place of what was here, all at once; the events stay. Under `epoch` the records of the
   * loaded state are there already.
   */
  load({ state, keys, dns, tables }: EmulatorDump, epoch: string): EmulatorState {
    return this.ctx.storage.transactionSync(() => {
      loadTables(this.ctx.storage.sql, tables)
      this.ctx.storage.kv.put('dns', dns)
      this.#lookIn(0)
      // The last, because these are remembered.
      this.#keys.replace(keys)
      // Counted on, so that every isolate notices.
      return this.#save({
        ...this.#state,
        ...state,
        revocations: afterLoading(state.revocations),
        epoch,
        keyRevision: this.#state.keyRevision + 1,
        configurationRevision: this.#state.configurationRevision + 1,
      })
    })
  }

  /** Makes a new key the current one. */
  async rotateKeys(): Promise<EmulatorState> {
    const now = this.now()
    await this.#keys.rotate(now)
    return this.#save({
      ...this.#state,
      keyRevision: this.#state.keyRevision + 1,
      lastKeyRotationAtSeconds: now,
    })
  }

  /** The signing keys, the current one first, the one that follows it second. */
  keys(): Promise<SigningKey[]> {
    return this.#keys.all()
  }

  #save(state: EmulatorState): EmulatorState {
    this.#state = keep(this.ctx, { ...state, version: this.#state.version + 1 })
    return this.#state
  }
}

/** The emulated time in whole seconds since 1970. */
export function emulatedNow(state: EmulatorState): number {
  return Math.floor(Date.now() / 1000) + state.clockOffsetSeconds
}

function keep(ctx: DurableObjectState, state: EmulatorState): EmulatorState {
  ctx.storage.kv.put('state', state)
  return state
}

// A store of an earlier version may lack members.
function startState(stored: EmulatorState | undefined): EmulatorState {
  const fresh = freshState()
  const revocations = { ...fresh.revocations, ...stored?.revocations }
  return { ...fresh, ...stored, revocations }
}

function freshState(): EmulatorState {
  return {
    version: 0,
    epoch: randomText(9),
    ticketSecret: randomText(32),
    clockOffsetSeconds: 0,
    autoSignIns: [],
    faults: [],
    quirks: {},
    revocations: noRevocations(),
    configurationRevision: 0,
    keyRevision: 0,
    keyRotationIntervalDays: KEY_ROTATION_INTERVAL_DAYS,
    lastKeyRotationAtSeconds: Math.floor(Date.now() / 1000),
  }
}
