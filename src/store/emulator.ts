import type { Event, RecordedEvent } from '../access/event'
import { publishedKeys, type SigningKey } from '../access/keys'
import {
  type AutoSignIn,
  type EmulatorObject,
  type EmulatorState,
  emulatedNow,
} from './emulator-object'

// Deployed, other isolates see a change of the clock or a reset after this time; the isolate that
// made it, and so all of `wrangler dev`, sees it at once.
const FRESH_MS = 1000

type Loaded = { state: EmulatorState; at: number; keys?: Promise<SigningKey[]> }
const loaded = new WeakMap<object, Loaded>()

/** The emulator's own state, kept in this isolate and asked of its object once a second. */
export class Emulator {
  readonly #object: DurableObjectStub<EmulatorObject>

  constructor(private readonly namespace: DurableObjectNamespace<EmulatorObject>) {
    this.#object = namespace.getByName('emulator')
  }

  async state(): Promise<EmulatorState> {
    const known = loaded.get(this.namespace)
    if (known && Math.abs(Date.now() - known.at) < FRESH_MS) return known.state
    return this.#remember(await this.#object.read())
  }

  async setClockOffset(clockOffsetSeconds: number): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ clockOffsetSeconds }))
  }

  async setAutoSignIn(autoSignIn: AutoSignIn | null): Promise<EmulatorState> {
    return this.#remember(await this.#object.change({ autoSignIn }))
  }

  async reset(): Promise<EmulatorState> {
    return this.#remember(await this.#object.reset())
  }

  async revoke(key: string): Promise<EmulatorState> {
    return this.#remember(await this.#object.revoke(key))
  }

  /** The signing keys that are published now, the current one first. */
  async keys(): Promise<SigningKey[]> {
    const now = emulatedNow(await this.state())
    const known = loaded.get(this.namespace)
    if (!known) throw new Error('the emulator is not loaded')
    known.keys ??= this.#object.keys() as Promise<SigningKey[]>
    return publishedKeys(await known.keys, now)
  }

  async record(event: Event): Promise<void> {
    await this.#object.record(event)
  }

  async events(): Promise<RecordedEvent[]> {
    return (await this.#object.events()) as RecordedEvent[]
  }

  async rotateKeys(): Promise<void> {
    this.#remember((await this.#object.rotateKeys()) as EmulatorState)
  }

  async signingKey(): Promise<SigningKey> {
    const [current] = await this.keys()
    if (!current) throw new Error('no signing key')
    return current
  }

  #remember(state: EmulatorState): EmulatorState {
    const known = loaded.get(this.namespace)
    const keys = known?.state.keyRevision === state.keyRevision ? known.keys : undefined
    loaded.set(this.namespace, { state, at: Date.now(), keys })
    return state
  }
}
