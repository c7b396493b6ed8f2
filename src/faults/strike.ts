import {
  type ActiveFault,
  concerns,
  type FaultParameters,
  type FaultSubject,
} from '../switches/active-fault'
import type { FaultName } from '../switches/faults'

/** The faults that are on, and the functions that use one up and report it. */
export type Faults = {
  active: readonly ActiveFault[]
  /** Counts one strike. Returns false if another request has used up the last one. */
  useUp(name: FaultName): Promise<boolean>
  report(name: FaultName, subject: FaultSubject): void
}

/** Returns the parameters of a fault that is on, regardless of its scope. */
export function parametersOf<N extends FaultName>(
  faults: Faults,
  name: N,
): FaultParameters<N> | undefined {
  const fault = faults.active.find((each) => each.name === name)
  // A fault is stored with the parameters of its name's schema.
  return fault?.parameters as FaultParameters<N> | undefined
}

/**
 * Returns the parameters of a fault that is on and strikes this client and application now; otherwise
 * undefined. A strike counts once for each request.
 */
export async function strike<N extends FaultName>(
  faults: Faults,
  name: N,
  subject: FaultSubject,
): Promise<FaultParameters<N> | undefined> {
  const fault = faults.active.find((each) => each.name === name)
  if (!fault || !concerns(fault, subject)) return undefined
  if (!(await faults.useUp(name))) return undefined
  faults.report(name, subject)
  return parametersOf(faults, name)
}
