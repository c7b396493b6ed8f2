import type { ActiveFault } from '../../../switches/active-fault'
import type { AutoSignIn } from '../../../switches/auto-sign-in'
import type { FaultName } from '../../../switches/faults'
import type { QuirkName } from '../../../switches/quirks'
import type { Remote } from '../../remote'
import type { EmulatorObject } from '../object'
import type { EmulatorState } from '../state'

/** The switches as requests see them: automatic sign-in, faults and quirks. */
export class SwitchCalls {
  constructor(
    private readonly object: () => Remote<EmulatorObject>,
    private readonly remember: (state: EmulatorState) => EmulatorState,
  ) {}

  async setAutoSignIns(autoSignIns: AutoSignIn[]): Promise<EmulatorState> {
    return this.remember(await this.object().change({ autoSignIns }))
  }

  /** Returns the rule of automatic sign-in for an authorization, and uses a counted one up. */
  async takeAutoSignIn(clientId: string): Promise<AutoSignIn | undefined> {
    const { rule, state } = await this.object().takeAutoSignIn(clientId)
    this.remember(state)
    return rule
  }

  /** Switches a fault on, or off if `fault` is missing. */
  async setFault(name: FaultName, fault?: ActiveFault): Promise<EmulatorState> {
    return this.remember(await this.object().setFault(name, fault))
  }

  /** Switches exactly these faults on, and all others off. */
  async setFaults(faults: ActiveFault[]): Promise<EmulatorState> {
    return this.remember(await this.object().setFaults(faults))
  }

  /** Strikes once with a fault, and returns whether it was still on. */
  async strike(name: FaultName): Promise<boolean> {
    const { isStruck, state } = await this.object().strike(name)
    this.remember(state)
    return isStruck
  }

  async setQuirk(name: QuirkName, isOn: boolean): Promise<EmulatorState> {
    return this.remember(await this.object().setQuirk(name, isOn))
  }
}
