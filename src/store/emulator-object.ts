import { DurableObject } from 'cloudflare:workers'
import type { Event, RecordedEvent } from '../access/event'
import { createSigningKey, type SigningKey } from '../access/keys'
import { type Revocations, withEverythingRevoked, withRevocation } from '../access/revocation'
import { randomText } from '../oauth/encoding'

/** Who signs in by themselves, and what they say at the consent page. */
export type AutoSignIn = { email: string; consent: 'allow' | 'deny' }

/** What one emulator has only one of. */
export type EmulatorState = {
  /** Part of every stored record's address; a new one is an empty store. */
  epoch: string
  /** The HMAC key of tickets and session cookies, base64url; new at reset, which ends them all. */
  ticketSecret: string
  /** What the emulated clock is ahead of the real one. */
  clockOffsetSeconds: number
  autoSignIn: AutoSignIn | null
  revocations: Revocations
  /** How often the keys were rotated, so that every isolate notices. */
  keyRevision: number
}

const EVENTS_KEPT = 1000

/**
 * The emulator's one object: clock, automatic sign-in, epoch, and the signing keys, which are made
 * exactly once however many requests ask for them first.
 */
export class EmulatorObject extends DurableObject {
  #state = keep(this.ctx, {
    // A store of an earlier version may lack members.
    ...freshState(),
    ...this.ctx.storage.kv.get<EmulatorState>('state'),
  })
  #keys: Promise<SigningKey[]> | undefined
  // Not stored: events tell what is happening, they are no record.
  #events: RecordedEvent[] = []

  read(): EmulatorState {
    return this.#state
  }

  now(): number {
    return emulatedNow(this.#state)
  }

  change(change: Partial<Pick<EmulatorState, 'clockOffsetSeconds' | 'autoSignIn'>>): EmulatorState {
    return this.#save({ ...this.#state, ...change })
  }

  /** Ends what `key` names (`revocable`), for everything made before. */
  revoke(key: string): EmulatorState {
    const revocations = withRevocation(this.#state.revocations, key, this.now())
    return this.#save({ ...this.#state, revocations })
  }

  record(event: Event): void {
    const at = new Date(this.now() * 1000).toISOString()
    this.#events = [...this.#events, { ...event, at }].slice(-EVENTS_KEPT)
  }

  events(): RecordedEvent[] {
    return this.#events
  }

  /** Back to the seed: everything issued and registered is forgotten, the signing keys stay. */
  reset(): EmulatorState {
    this.#events = []
    const revocations = withEverythingRevoked(this.#state.revocations, this.now())
    return this.#save({ ...freshState(), revocations, keyRevision: this.#state.keyRevision })
  }

  /**
   * Makes a new key the current one. The one before is still published, and accepted, for a week of
   * emulated time.
   *
   * Access: documented (section 6.3).
   */
  async rotateKeys(): Promise<EmulatorState> {
    const [current, next, ...retired] = await this.keys()
    if (!current || !next) throw new Error('no signing keys')
    const now = this.now()
    const keys = [
      next,
      await createSigningKey(now),
      { ...current, retiredAtSeconds: now },
      ...retired,
    ]
    this.ctx.storage.kv.put('keys', keys)
    this.#keys = Promise.resolve(keys)
    return this.#save({ ...this.#state, keyRevision: this.#state.keyRevision + 1 })
  }

  /**
   * The signing keys, the current one first, the one that follows it second. They survive a reset:
   * origins keep the published set for minutes, and a test that resets the emulator must not have
   * to wait for them.
   */
  keys(): Promise<SigningKey[]> {
    this.#keys ??= this.#loadKeys()
    return this.#keys
  }

  async #loadKeys(): Promise<SigningKey[]> {
    const stored = this.ctx.storage.kv.get<SigningKey[]>('keys')
    if (stored) return stored
    const now = Math.floor(Date.now() / 1000)
    // Access: observed [O11]. Two keys are published at all times.
    const keys = await Promise.all([createSigningKey(now), createSigningKey(now)])
    this.ctx.storage.kv.put('keys', keys)
    return keys
  }

  #save(state: EmulatorState): EmulatorState {
    this.#state = keep(this.ctx, state)
    return state
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

function freshState(): EmulatorState {
  return {
    epoch: randomText(9),
    ticketSecret: randomText(32),
    clockOffsetSeconds: 0,
    autoSignIn: null,
    revocations: { count: 0, entries: {} },
    keyRevision: 0,
  }
}
