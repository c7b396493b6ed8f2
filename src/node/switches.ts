import type { FaultName } from '../switches/faults.ts'
import type { QuirkName } from '../switches/quirks.ts'
import { pathOf, type Send } from './control.ts'
import type { AutoSignInRule, Fault, FaultParameters, Quirk } from './responses.ts'

/** The methods that switch the behaviour of the emulator: automatic sign-in, faults and quirks. */
export type SwitchMethods = {
  autoSignIn: {
    /** Completes authorizations without pages, by the first rule that matches; null turns it off. */
    set(rules: null | AutoSignInRule | AutoSignInRule[]): Promise<void>
    get(): Promise<null | AutoSignInRule | AutoSignInRule[]>
  }
  faults: {
    /** Breaks something on purpose, for the next `times` requests or until it is cleared. */
    set<N extends FaultName>(name: N, parameters?: FaultParameters<N>): Promise<Fault<N>>
    /** Clears one fault, or all of them. */
    clear(name?: FaultName): Promise<void>
    list(): Promise<Fault[]>
  }
  quirks: {
    set(name: QuirkName, on: boolean): Promise<void>
    list(): Promise<Quirk[]>
  }
}

/** Returns the methods of the switches. */
export function switchMethodsBy(send: Send): SwitchMethods {
  return {
    autoSignIn: {
      set: (rules) => send('PUT', 'auto-sign-in', rules),
      get: () => send('GET', 'auto-sign-in'),
    },
    faults: {
      set: (name, parameters) => send('PUT', pathOf('faults', name), parameters ?? {}),
      clear: (name) => send('DELETE', name ? pathOf('faults', name) : 'faults'),
      list: async () => (await send<{ faults: Fault[] }>('GET', 'faults')).faults,
    },
    quirks: {
      set: (name, on) => send('PUT', pathOf('quirks', name), { on }),
      list: async () => (await send<{ quirks: Quirk[] }>('GET', 'quirks')).quirks,
    },
  }
}
