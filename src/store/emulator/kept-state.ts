import {
  afterLoading,
  afterWriting,
  withEverythingRevoked,
  withRevocation,
} from '../../access/revocation'
import { LATEST_SECONDS } from '../../access/timestamps'
import type { EmulatorDump } from './dump'
import { type EmulatorState, emulatedNow, freshState } from './state'

/** A move of the clock: from where it is, or to an offset from the real one. */
export type ClockMove = { bySeconds: number } | { offsetSeconds: number }

/** The state where it is stored, with the clock. Every change has a version of its own. */
export class KeptState {
  #state: EmulatorState

  constructor(private readonly kv: SyncKvStorage) {
    this.#state = this.#keep(completed(kv.get<EmulatorState>('state')))
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
  moveClock(move: ClockMove): EmulatorState | 'too late' {
    const before = this.#state.clockOffsetSeconds
    const clockOffsetSeconds = 'bySeconds' in move ? before + move.bySeconds : move.offsetSeconds
    const moved = { ...this.#state, clockOffsetSeconds }
    return emulatedNow(moved) > LATEST_SECONDS ? 'too late' : this.change({ clockOffsetSeconds })
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

  /** Begins a new epoch; what was issued before is revoked. The keys stay, and so does their revision. */
  reset(): EmulatorState {
    const { keyRevision, configurationRevision, revocations } = this.#state
    const { version: _, ...fresh } = freshState()
    return this.change({
      ...fresh,
      revocations: withEverythingRevoked(revocations, this.now()),
      keyRevision,
      configurationRevision: configurationRevision + 1,
    })
  }

  /** Returns what another store is loaded with, and counts that it was written. */
  dump(): { dumped: EmulatorDump['state']; state: EmulatorState } {
    const { version: _, epoch: __, ...dumped } = this.#state
    return { dumped, state: this.change({ revocations: afterWriting(dumped.revocations) }) }
  }

  /** Takes a state of another store. The revisions count on, so that every isolate notices. */
  load(dumped: EmulatorDump['state'], epoch: string): EmulatorState {
    return this.change({
      ...dumped,
      revocations: afterLoading(dumped.revocations),
      epoch,
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

// A store of an earlier version may lack members.
function completed(stored: EmulatorState | undefined): EmulatorState {
  const fresh = freshState()
  const revocations = { ...fresh.revocations, ...stored?.revocations }
  return { ...fresh, ...stored, revocations }
}
