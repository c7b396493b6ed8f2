import type { Identity } from '../access/identity'
import type { RequestDecision } from '../events/request-event'

/** Who is let in, and what the origin is told of it. */
export type Admission = {
  /** Undefined for a bypass: Access says nothing to the origin then [O19]. */
  assertion?: string
  /** Of a person; a service token has none [O13]. */
  identity?: Identity
  /** Whether `Authorization` was the credential: then it does not reach the origin [O2]. */
  byAuthorization?: boolean
  /** Where the login gives the caller a cookie too. */
  setCookie?: string
}

/** An admission by a credential, with its event. */
export type Admitted = { admission: Admission; event: AdmissionEvent }
type AdmissionEvent = Omit<Extract<RequestDecision, { kind: 'admission' }>, 'kind' | 'outcome'>

/** A credential that admits nobody, and why. */
export type CredentialRefusal = {
  credential: Exclude<Extract<RequestDecision, { kind: 'challenge' }>['credential'], 'none'>
  /** How a service token failed: it is not good, or it is good and in no Service Auth policy. */
  service?: 'not authenticated' | 'not authorized'
  rule?: string | undefined
  why: string
  change?: string | undefined
}

/** Nobody is admitted. */
export type NotAdmitted = {
  service: CredentialRefusal['service']
  /** The refusal that the event tells, if a credential was shown. */
  refusal: CredentialRefusal | undefined
}
