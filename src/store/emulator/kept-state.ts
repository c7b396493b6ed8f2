import {
  afterLoading,
  afterWriting,
  withEverythingRevoked,
  withRevocation,
} from '../../access/revocation'
import { LATEST_SECONDS } from '../../access/timestamps'
import { randomText } from '../../oauth/encoding'
import type { EmulatorDump } from './dump'
import { type EmulatorState, type Epoch, emulatedNow, freshState, NOT_COUNTED } from './state'

/** A move of the clock: relative to its current time, or to an offset from the real one. */
export type ClockMove = { bySeconds: number } | { offsetSeconds: number }

/** The stored state, with the clock. Every change has a version of its own. */
export class KeptState {
  #state: EmulatorState

  constructor(private readonly kv: SyncKvStorage) {
    this.#state = this.#keep(completed(kv.get<Partial<EmulatorState>>('state')))
  }

  get current(): EmulatorState {
    return this.#state
  }

  /** Returns the emulated time in whole seconds since 1970. */
  now(): number {
    return emulatedNow(this.#state)
  }

  change(change: Partial<Omit<EmulatorState, 'version'>>): EmulatorState {
    return this.#keep({ ...this.#state, ...change, version: this.#state.version + 1 })
  }

  /** Moves the clock. Of several simultaneous advances, none is lost. */
  moveClock(move: ClockMove): EmulatorState | 'too-late' {
    const before = this.#state.clockOffsetSeconds
    const clockOffsetSeconds = 'bySeconds' in move ? before + move.bySeconds : move.offsetSeconds
    const moved = { ...this.#state, clockOffsetSeconds }
    return emulatedNow(moved) > LATEST_SECONDS ? 'too-late' : this.change({ clockOffsetSeconds })
  }

  /** Revokes what `key` names (`revocable`), for everything issued before. */
  revoke(key: string): EmulatorState {
    return this.change({ revocations: withRevocation(this.#state.revocations, key, this.now()) })
  }

  /** Counts an edit of the configuration. */
  edited(): EmulatorState {
    return this.change({ configurationRevision: this.#state.configurationRevision + 1 })
  }

  /** Counts a rotation of the keys. */
  rotated(atSeconds: number): EmulatorState {
    return this.change({
      keyRevision: this.#state.keyRevision + 1,
      lastKeyRotationAtSeconds: atSeconds,
    })
  }

  /**
   * Returns a new epoch, which becomes the current one by `reset` or `load`. No number is used
   * twice.
   */
  nextEpoch(): Epoch {
    const epochNumber = (this.kv.get<number>('newestEpoch') ?? this.#state.epochNumber) + 1
    this.kv.put('newestEpoch', epochNumber)
    return { epoch: randomText(9), epochNumber }
  }

  /**
   * Begins a new epoch and revokes everything issued before. The keys stay, and so does their revision.
   */
  reset(): EmulatorState {
    const { keyRevision, configurationRevision, revocations } = this.#state
    const { version: _, ...fresh } = freshState()
    return this.change({
      ...fresh,
      ...this.nextEpoch(),
      revocations: withEverythingRevoked(revocations, this.now()),
      keyRevision,
      configurationRevision: configurationRevision + 1,
    })
  }

  /** Returns the state for another store, and counts that it was written. */
  dump(): { dumped: EmulatorDump['state']; state: EmulatorState } {
    const { version: _, epoch: __, epochNumber: ___, ...dumped } = this.#state
    return { dumped, state: this.change({ revocations: afterWriting(dumped.revocations) }) }
  }

  /**
   * Replaces the state by one of another store. The revisions count on, so that every isolate
   * notices.
   */
  load(dumped: EmulatorDump['state'], next: Epoch): EmulatorState {
    const { version: _, ...fresh } = freshState()
    return this.change({
      ...fresh,
      ...dumped,
      ...next,
      revocations: afterLoading(dumped.revocations),
      keyRevision: this.#state.keyRevision + 1,
      configurationRevision: this.#state.configurationRevision + 1,
    })
  }

  #keep(state: EmulatorState): EmulatorState {
    this.kv.put('state', state)
    this.#state = state
    return state
  }
}

// A state that an earlier version stored may lack members.
function completed(stored: Partial<EmulatorState> | undefined): EmulatorState {
  const fresh = freshState()
  if (!stored) return fresh
  const revocations = { ...fresh.revocations, ...stored.revocations }
  const { epochNumber = NOT_COUNTED } = stored
  return { ...fresh, ...stored, epochNumber, revocations }
}
