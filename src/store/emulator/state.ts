import { noRevocations, type Revocations } from '../../access/revocation'
import { randomText } from '../../oauth/encoding'
import type { AutoSignIn } from '../../switches/auto-sign-in'
import type { ActiveFault } from '../../switches/faults'
import type { QuirkName } from '../../switches/quirks'

/** The emulator's state: clock, switches, revocations, and the counters that other isolates compare. */
export type EmulatorState = {
  /** Counts every change, over resets too: the higher one is the newer. */
  version: number
  /** Part of every stored record's address; a new one is an empty store. */
  epoch: string
  /** The HMAC key of tickets and session cookies, base64url. A reset replaces it, which ends them all. */
  ticketSecret: string
  /** How far the emulated clock is ahead of the real one. */
  clockOffsetSeconds: number
  autoSignIns: AutoSignIn[]
  faults: ActiveFault[]
  /** The quirks that were switched on or off, in addition to the setting `QUIRKS`. */
  quirks: Partial<Record<QuirkName, boolean>>
  revocations: Revocations
  /** How often the configuration was edited, so that every isolate notices. */
  configurationRevision: number
  /** How often the keys were rotated, so that every isolate notices. */
  keyRevision: number
  keyRotationIntervalDays: number
  lastKeyRotationAtSeconds: number
}

// Access: documented. Every six weeks.
const KEY_ROTATION_INTERVAL_DAYS = 42

/** Returns the emulated time in whole seconds since 1970. */
export function emulatedNow({ clockOffsetSeconds }: EmulatorState): number {
  return Math.floor(Date.now() / 1000) + clockOffsetSeconds
}

/** Returns the state of an emulator that has just been made. */
export function freshState(): EmulatorState {
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
