import type { AppContext } from '../request/context'
import { respond } from './respond'
import type { Responses } from './responses'

/** Handles `GET /_emulator/in-effect`: shows everything that makes the emulator differ from its default. */
export function showInEffect(c: AppContext): Response {
  return respond(c, 'GET in-effect', inEffect(c))
}

/**
 * Handles `DELETE /_emulator/in-effect`: shows real time, and turns automatic sign-in, every fault and
 * every quirk off, including the quirks of the setting `QUIRKS`. Clients, grants and sessions stay.
 */
export async function turnAllOff(c: AppContext): Promise<Response> {
  const { emulator, quirks } = c.var
  await emulator.moveClock({ offsetSeconds: 0 })
  await emulator.switches.setAutoSignIns([])
  await emulator.switches.setFaults([])
  for (const name of quirks) await emulator.switches.setQuirk(name, false)
  return respond(c, 'DELETE in-effect', { cleared: true })
}

/** Returns the clock's offset, automatic sign-in, and the faults and quirks that are on. */
export function inEffect(c: AppContext): Responses['GET in-effect'] {
  const { quirks, state } = c.var
  return {
    clock_offset_seconds: state.clockOffsetSeconds,
    auto_sign_in: state.autoSignIns,
    faults: state.faults.map(({ name }) => name),
    quirks: [...quirks],
  }
}
