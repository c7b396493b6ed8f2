import type * as z from 'zod'
import type { FAULTS, FaultName } from './faults'

/** The parameters of a fault, as parsed by its schema. */
export type FaultParameters<N extends FaultName> = z.infer<(typeof FAULTS)[N]['parameters']>

/** A fault that is switched on. */
export type ActiveFault<N extends FaultName = FaultName> = {
  name: N
  parameters: FaultParameters<N>
  /** The number of strikes left; null if it strikes until it is cleared. */
  left: number | null
  struck: number
}

/** The client and application of a request, compared with the scope of a fault. */
export type FaultSubject = {
  clientId?: string | undefined
  /** The person of the request's grant, for the event of the fault. */
  email?: string | undefined
  application?: { id: string; name: string } | undefined
}

/** Returns whether the fault's scope includes this client and application. */
export function concerns({ parameters }: ActiveFault, subject: FaultSubject): boolean {
  const client = 'client' in parameters ? parameters.client : undefined
  const application = 'application' in parameters ? parameters.application : undefined
  const { id, name } = subject.application ?? {}
  return (
    (client === undefined || client === subject.clientId) &&
    (application === undefined || application === id || application === name)
  )
}
