import {
  type ActiveFault,
  concerns,
  type FaultName,
  type FaultParameters,
  type FaultSubject,
} from '../switches/faults'

/** The faults that are on, and how one is used up and reported. */
export type Faults = {
  active: readonly ActiveFault[]
  /** Uses a fault up once. Returns false if another request took its last time. */
  useUp(name: FaultName): Promise<boolean>
  report(name: FaultName, subject: FaultSubject): void
}

/** Returns the parameters of a fault that is on, whatever its scope. */
export function parametersOf<N extends FaultName>(
  faults: Faults,
  name: N,
): FaultParameters<N> | undefined {
  const fault = faults.active.find((each) => each.name === name)
  // Stored by its name.
  return fault?.parameters as FaultParameters<N> | undefined
}

/**
 * Returns the parameters of a fault that is on and strikes this client and application now; otherwise
 * undefined. A counted fault is used up by it, exactly once for each request.
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
