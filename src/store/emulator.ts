import type { AutoSignIn } from '../access/auto-sign-in'
import type { RecordedEvent, ToldEvent } from '../access/event'
import type { ActiveFault, FaultName } from '../access/faults'
import { publishedKeys, type SigningKey } from '../access/keys'
import type { QuirkName } from '../access/quirks'
import { type Configuration, type Edit, edited, isSeeded, type Seed } from './configuration'
import type { Connection } from './connections'
import type { DirectorySession, DirectoryUser } from './directory'
import type { Zone } from './dns'
import type { EmulatorDump } from './dump'
import {
  type ClockMove,
  type EmulatorObject,
  type EmulatorState,
  emulatedNow,
} from './emulator-object'
import { addEvent, handOverEvents } from './event-batch'
import type { EventPage, EventRange } from './event-log'

import { asTheEdgeSees, type LateEdit } from './late-edits'

// Deployed, other isolates see a change of the clock or a reset after this time; the isolate that
// made it, and so all of `wrangler dev`, sees it at once.
const FRESH_MS = 1000

type Loaded = {
  state: EmulatorState
  at: number
  keys?: Promise<SigningKey[]>
  edits?: Promise<Edit[]>
}

// A story is told of so many pages of events at the most, which are 4 Mi characters each.
const MOST_PAGES = 8

const loaded = new WeakMap<object, Loaded>()
const configurations = new WeakMap<Seed, { edits: Edit[]; configuration: Configuration }>()

/** Thrown for an edit that the store has no room for. */
export class ConfigurationFull extends Error {
  constructor() {
    super('The configuration is full: what the API has made takes more than 16 MiB')
    this.name = 'ConfigurationFull'
  }
}

/** What an edit of the configuration comes to: the records to keep, and what its caller is told. */
export type Plan<T> = { edits: Edit[]; result: T }

/** The emulator's own state, kept in this isolate and asked of its object once a second. */
export class Emulator {
  constructor(private readonly namespace: DurableObjectNamespace<EmulatorObject>) {}

  // Of the request that asks, and only where one does: most need nothing of it.
  get #object(): DurableObjectStub<EmulatorObject> {
    return this.namespace.getByName('emulator')
  }

  async state(): Promise<EmulatorState> {
    const known = loaded.get(this.namespace)
    if (known && Math.abs(Date.now() - known.at) < FRESH_MS) return known.state
    return this.#remember(await this.#object.read())
  }

  /** Moves the clock; `too late` where that would go beyond the year 9999. */
  async moveClock(move: ClockMove): Promise<EmulatorState | 'too late'> {
    const state = (await this.#object.moveClock(move)) as EmulatorState | 'too late'
    return state === 'too late' ? state : this.#remember(state)
  }

  async setKeyRotationInterval(keyRotationIntervalDays: number): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ keyRotationIntervalDays }))
  }

  async setAutoSignIns(autoSignIns: AutoSignIn[]): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ autoSignIns }))
  }

  /** The rule of automatic sign-in for an authorization, used up by it where it is counted. */
  async takeAutoSignIn(clientId: string): Promise<AutoSignIn | undefined> {
    const { rule, state } = (await this.#object.takeAutoSignIn(clientId)) as {
      rule: AutoSignIn | undefined
      state: EmulatorState
    }
    this.#remember(state)
    return rule
  }

  /** Switches a fault on, or off where there is none. */
  async setFault(name: FaultName, fault?: ActiveFault): Promise<EmulatorState> {
    return this.#remember((await this.#object.setFault(name, fault as never)) as EmulatorState)
  }

  async clearFaults(): Promise<EmulatorState> {
    return this.#remember((await this.#object.clearFaults()) as EmulatorState)
  }

  /** Lets a fault strike once; answers whether it was still on. */
  async strike(name: FaultName): Promise<boolean> {
    const { isStruck, state } = (await this.#object.strike(name)) as {
      isStruck: boolean
      state: EmulatorState
    }
    this.#remember(state)
    return isStruck
  }

  async setQuirk(name: QuirkName, isOn: boolean): Promise<EmulatorState> {
    return this.#remember((await this.#object.setQuirk(name, isOn)) as EmulatorState)
  }

  async reset(): Promise<EmulatorState> {
    await this.#handOver()
    return this.#remember(await this.#object.reset())
  }

  async revoke(key: string): Promise<EmulatorState> {
    return this.#remember(await this.#object.revoke(key))
  }

  /** The configuration that is valid now: the seed, and what the API has made of it. */
  async configuration(seed: Seed): Promise<Configuration> {
    const known = await this.#loaded()
    known.edits ??= kept(this.#object.edits() as Promise<Edit[]>, () => {
      known.edits = undefined
    })
    return configurationOf(seed, await known.edits)
  }

  /** The configuration as the edge sees it while the fault `late-settings` is on. */
  async lateConfiguration(seed: Seed): Promise<Configuration> {
    const known = await this.#loaded()
    const newest = await this.configuration(seed)
    const late = (await this.#object.lateEdits()) as LateEdit[]
    if (late.length === 0) return newest
    return edited(seed, asTheEdgeSees((await known.edits) ?? [], late))
  }

  /**
   * Changes the configuration. `plan` says how, from the newest one; it is asked again where another
   * edit came between, so that its checks hold when its records are kept.
   */
  async edit<T>(seed: Seed, plan: (from: Configuration) => Promise<Plan<T>>): Promise<T> {
    for (;;) {
      const state = await this.#object.read()
      this.#remember(state)
      const { edits, result } = await plan(await this.configuration(seed))
      if (edits.length === 0) return result
      const gone = edits.filter((edit) => edit.value === null && !isSeeded(seed, edit))
      const next = await this.#object.edit(
        edits as never,
        state.configurationRevision,
        gone as never,
      )
      if (next === 'full') throw new ConfigurationFull()
      if (next !== 'overtaken') {
        this.#remember(next)
        return result
      }
    }
  }

  /** The signing keys that are published now, the current one first. */
  async keys(): Promise<SigningKey[]> {
    const known = await this.#loaded()
    known.keys ??= kept(this.#object.keys() as Promise<SigningKey[]>, () => {
      known.keys = undefined
    })
    return publishedKeys(await known.keys, emulatedNow(known.state))
  }

  /** Keeps what happened, a little later and together with what else happens. */
  record(context: { waitUntil(promise: Promise<unknown>): void }, event: ToldEvent): void {
    addEvent(this.namespace, context, event, (events) => this.#keep(events))
  }

  /** The events of a range, page by page: all of them may be more than can be held at once. */
  async *eventPages(range: EventRange): AsyncGenerator<RecordedEvent[]> {
    await this.#handOver()
    let left = range
    for (;;) {
      const { events, hasMore } = (await this.#object.events(left)) as EventPage
      yield events
      const last = events.at(-1)
      if (!hasMore || !last) return
      left = {
        ...left,
        ...(range.isNewestFirst ? { before: last.number } : { after: last.number }),
      }
    }
  }

  /** The events, the latest last, as far back as can be held at once. */
  async events(): Promise<RecordedEvent[]> {
    const pages: RecordedEvent[][] = []
    for await (const page of this.eventPages({ isNewestFirst: true })) {
      if (pages.push(page) === MOST_PAGES) break
    }
    return pages.flat().reverse()
  }

  /** Those after a number, as soon as there is one, or none once the patience is over. */
  async nextEvents(after: number, patienceMs: number): Promise<RecordedEvent[]> {
    await this.#handOver()
    return (await this.#object.nextEvents(after, patienceMs)) as RecordedEvent[]
  }

  /** The number of the newest event. */
  async newestEvent(): Promise<number> {
    await this.#handOver()
    return this.#object.newestEvent()
  }

  /** The entries of Access's own log, the latest last. */
  async accessRequests(): Promise<RecordedEvent[]> {
    await this.#handOver()
    const found: RecordedEvent[] = []
    for (;;) {
      const before = found.at(-1)?.number
      const page = (await this.#object.accessRequests(before, found.length)) as EventPage
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

  /** Who signed in, or was made a user. */
  async users(): Promise<DirectoryUser[]> {
    await this.#handOver()
    return this.#object.users()
  }

  async putUser(email: string, name: string): Promise<void> {
    await this.#handOver()
    await this.#object.putUser(email, name)
  }

  /** Forgets a user, and ends everything of theirs. */
  async deleteUser(email: string): Promise<void> {
    await this.#handOver()
    this.#remember(await this.#object.deleteUser(email))
  }

  /** The sign-ins of a person, or of everybody, that are not over; all, or those of one holder. */
  async sessions(email?: string, holder?: DirectorySession['holder']): Promise<DirectorySession[]> {
    await this.#handOver()
    return (await this.#object.sessions(email, holder)) as DirectorySession[]
  }

  /** Adds an application that a person has authorized at the dashboard, until the grant ends. */
  async addConnection(email: string, connection: Connection, endsAtSeconds: number): Promise<void> {
    await this.#object.addConnection(email, connection, endsAtSeconds)
  }

  /** Removes the authorized application that has this grant, if there is one. */
  async removeConnection(grantId: string): Promise<void> {
    await this.#object.removeConnection(grantId)
  }

  /** The applications that a person has authorized at the dashboard, the latest first. */
  async connections(email: string): Promise<Connection[]> {
    return (await this.#object.connections(email)) as Connection[]
  }

  /** When service tokens last let somebody in, by their ids, in seconds. */
  async tokenUses(): Promise<Record<string, number>> {
    await this.#handOver()
    return this.#object.tokenUses()
  }

  /** Everything of the emulator's own, for a store to be loaded with it. */
  async dump(): Promise<EmulatorDump> {
    await this.#handOver()
    const { dump, state } = (await this.#object.dump()) as {
      dump: EmulatorDump
      state: EmulatorState
    }
    this.#remember(state)
    return dump
  }

  /** Takes the place of what was here; the records of the loaded state are under `epoch` already. */
  async load(dump: EmulatorDump, epoch: string): Promise<EmulatorState> {
    await this.#handOver()
    return this.#remember((await this.#object.load(dump as never, epoch)) as EmulatorState)
  }

  /** Has an ended epoch swept later, because KV did not answer. */
  async sweepLater(epoch: string): Promise<void> {
    await this.#object.sweepLater(epoch)
  }

  async rotateKeys(): Promise<EmulatorState> {
    return this.#remember((await this.#object.rotateKeys()) as EmulatorState)
  }

  async signingKey(): Promise<SigningKey> {
    const [current] = await this.keys()
    if (!current) throw new Error('no signing key')
    return current
  }

  // Whoever reads what follows from events has to see those that have not been handed over yet.
  #handOver(): Promise<void> {
    return handOverEvents(this.namespace, (events) => this.#keep(events))
  }

  async #keep(events: ToldEvent[]): Promise<void> {
    await this.#object.record(events as never)
  }

  async #loaded(): Promise<Loaded> {
    await this.state()
    const known = loaded.get(this.namespace)
    if (!known) throw new Error('the emulator is not loaded')
    return known
  }

  #remember(state: EmulatorState): EmulatorState {
    const known = loaded.get(this.namespace)
    // An answer that was overtaken by a later one says nothing new.
    if (known && known.state.version > state.version) return state
    const isEdited = known?.state.configurationRevision !== state.configurationRevision
    loaded.set(this.namespace, {
      state,
      at: Date.now(),
      keys: known?.state.keyRevision === state.keyRevision ? known.keys : undefined,
      edits: isEdited ? undefined : known?.edits,
    })
    return state
  }
}

// What could not be read is asked for again by the next request.
function kept<T>(asked: Promise<T>, forget: () => void): Promise<T> {
  asked.catch(forget)
  return asked
}

function configurationOf(seed: Seed, edits: Edit[]): Configuration {
  const known = configurations.get(seed)
  if (known?.edits === edits) return known.configuration
  const configuration = edited(seed, edits)
  configurations.set(seed, { edits, configuration })
  return configuration
}
