import type { Person } from '../../access/identity'
import { noRevocations, type Revocations } from '../../access/revocation'
import { randomText } from '../../oauth/encoding'
import type { ActiveFault } from '../../switches/active-fault'
import type { AutoSignIn } from '../../switches/auto-sign-in'
import type { QuirkName } from '../../switches/quirks'

/** The emulator's state: clock, switches, revocations, and the counters that other isolates compare. */
export type EmulatorState = {
  /** Counts every change, across resets: of two states, the newer one has the higher version. */
  version: number
  /** Part of every KV key: a new epoch is an empty store. */
  epoch: string
  /**
   * Part of every key in the grant objects. A higher number is a later epoch, so the objects stay
   * the same.
   */
  epochNumber: number
  /**
   * The HMAC key of tickets and session cookies, base64url. A reset replaces it, which ends them
   * all.
   */
  ticketSecret: string
  /** The seconds by which the emulated clock is ahead of the real one. */
  clockOffsetSeconds: number
  autoSignIns: AutoSignIn[]
  /** The people who replace those of the setting `PEOPLE`; undefined until they are changed. */
  people: Person[] | undefined
  faults: ActiveFault[]
  /** Quirks that were switched on or off, in addition to the setting `QUIRKS`. */
  quirks: Partial<Record<QuirkName, boolean>>
  revocations: Revocations
  /** Counts edits of the configuration, so that every isolate notices them. */
  configurationRevision: number
  /** Counts rotations of the keys, so that every isolate notices them. */
  keyRevision: number
  keyRotationIntervalDays: number
  lastKeyRotationAtSeconds: number
}

/**
 * The time from one reset or load to the next, as a part of the keys of everything that is stored
 * in it.
 */
export type Epoch = Pick<EmulatorState, 'epoch' | 'epochNumber'>

/** The number of an epoch that an earlier version began, which did not count them. */
export const NOT_COUNTED = 0

// Access: documented [K27]. Every six weeks.
const KEY_ROTATION_INTERVAL_DAYS = 42

/** Returns the emulated time in whole seconds since 1970. */
export function emulatedNow({ clockOffsetSeconds }: EmulatorState): number {
  return Math.floor(Date.now() / 1000) + clockOffsetSeconds
}

/** Returns the state of a new emulator. */
export function freshState(): EmulatorState {
  return {
    version: 0,
    epoch: randomText(9),
    epochNumber: 1,
    ticketSecret: randomText(32),
    clockOffsetSeconds: 0,
    autoSignIns: [],
    people: undefined,
    faults: [],
    quirks: {},
    revocations: noRevocations(),
    configurationRevision: 0,
    keyRevision: 0,
    keyRotationIntervalDays: KEY_ROTATION_INTERVAL_DAYS,
    lastKeyRotationAtSeconds: Math.floor(Date.now() / 1000),
  }
}
