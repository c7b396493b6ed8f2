import type { ActiveFault } from '../../switches/active-fault'
import { type AutoSignIn, matchingRule, withoutOne } from '../../switches/auto-sign-in'
import type { FaultName } from '../../switches/faults'
import { listOf, type QuirkName } from '../../switches/quirks'
import type { KeptState } from './kept-state'
import type { EmulatorState } from './state'

/** Automatic sign-in, faults and quirks: which are on, and how often they still apply. */
export class Switches {
  constructor(private readonly state: KeptState) {}

  /** Returns the rule of automatic sign-in for an authorization, and uses a counted one up. */
  takeAutoSignIn(clientId: string): { rule: AutoSignIn | undefined; state: EmulatorState } {
    const { autoSignIns } = this.state.current
    const index = matchingRule(autoSignIns, clientId)
    const rule = autoSignIns[index]
    if (rule?.times === undefined) return { rule, state: this.state.current }
    return { rule, state: this.state.change({ autoSignIns: withoutOne(autoSignIns, index) }) }
  }

  /** Returns the fault of this name if it is on. */
  fault<N extends FaultName>(name: N): ActiveFault<N> | undefined {
    const isNamed = (fault: ActiveFault): fault is ActiveFault<N> => fault.name === name
    return this.state.current.faults.find(isNamed)
  }

  /** Switches a fault on, with none of its strikes used; or off. */
  setFault(name: FaultName, fault: ActiveFault | undefined): EmulatorState {
    const others = this.state.current.faults.filter((each) => each.name !== name)
    return this.state.change({ faults: fault ? [...others, fault] : others })
  }

  /** Switches exactly these faults on, and all others off. */
  setFaults(faults: ActiveFault[]): EmulatorState {
    return this.state.change({ faults })
  }

  /** Strikes once with a fault. `isStruck` is false if another request had its last strike. */
  strike(name: FaultName): { isStruck: boolean; state: EmulatorState } {
    const fault = this.fault(name)
    if (!fault) return { isStruck: false, state: this.state.current }
    const { left, struck } = fault
    const next = { ...fault, struck: struck + 1, left: left === null ? null : left - 1 }
    const faults = this.state.current.faults.flatMap((each) => {
      if (each !== fault) return [each]
      return next.left === 0 ? [] : [next]
    })
    return { isStruck: true, state: this.state.change({ faults }) }
  }

  /** Switches a quirk on or off. A list takes its quirks with it, however they were switched before. */
  setQuirk(name: QuirkName, isOn: boolean): EmulatorState {
    const quirks = { ...this.state.current.quirks, [name]: isOn }
    for (const each of listOf(name)) delete quirks[each]
    return this.state.change({ quirks })
  }
}
