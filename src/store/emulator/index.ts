import type { Person } from '../../access/identity'
import { type PrivateKey, publishedKeys, type SigningKey } from '../../access/keys'
import type { ReportedEvent } from '../../events/event'
import { type Configuration, type Edit, edited, isSeeded, type Seed } from '../configuration'
import { type Remote, remote } from '../remote'
import { ConnectionCalls } from './calls/connections'
import { DirectoryCalls } from './calls/directory'
import { EventCalls } from './calls/events'
import { PortalCalls } from './calls/portals'
import { SwitchCalls } from './calls/switches'
import type { Zone } from './dns'
import type { EmulatorDump } from './dump'
import { addEvent, handOverEvents, type Receiver } from './event-batch'
import type { ClockMove } from './kept-state'
import { asTheEdgeSees } from './late-edits'
import { configurationOf, loadUnlessKnown, recentStateOf, rememberState } from './loaded'
import type { EmulatorObject } from './object'
import { type EmulatorState, type Epoch, emulatedNow } from './state'

/** The namespace of the emulator's one object. */
export type EmulatorBinding = DurableObjectNamespace<EmulatorObject>

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
 * Durable Object, with a file for each of its parts; `calls/` has the calls of requests to those parts;
 * `loaded.ts` is what an isolate remembers of it.
 */
export class Emulator {
  readonly #binding: EmulatorBinding
  readonly events: EventCalls
  readonly directory: DirectoryCalls
  readonly connections: ConnectionCalls
  readonly portals: PortalCalls
  readonly switches: SwitchCalls

  /** @param print receives every event once, when it is recorded or, if that fails, first tried to be */
  constructor(
    bindings: { EMULATOR: EmulatorBinding },
    private readonly print: (events: readonly ReportedEvent[]) => void,
  ) {
    this.#binding = bindings.EMULATOR
    const object = () => this.#object
    const handOver = () => this.#handOver()
    const remember = (state: EmulatorState) => this.#remember(state)
    this.events = new EventCalls(object, handOver)
    this.directory = new DirectoryCalls(object, handOver, remember)
    this.connections = new ConnectionCalls(object)
    this.portals = new PortalCalls(object)
    this.switches = new SwitchCalls(object, remember)
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

  /** Replaces the people of the setting `PEOPLE`; undefined returns to them. */
  async setPeople(people: Person[] | undefined): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ people }))
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

  async dns(): Promise<Zone> {
    return this.#object.dns()
  }

  /** Replaces the emulated zone. */
  async setDns(zone: Zone): Promise<void> {
    await this.#object.setDns(zone)
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

  /** Returns the key that signs now. Unlike `keys`, it does not wait for the next one. */
  async signingKey(): Promise<PrivateKey> {
    await this.state()
    return loadUnlessKnown(this.#binding, 'signingKey', () => this.#object.signingKey())
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
