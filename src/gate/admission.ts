import type { Identity } from '../access/identity'
import type { Subject } from '../access/rule-kinds'
import type { RequestDecision } from '../events/request-event'
import type { AccessGrant } from '../store/grants/grant'

/** The identity that a request is admitted with, as the origin receives it. */
export type Admission = {
  /** The `Cf-Access-Jwt-Assertion`. A bypass sends none [O19]. */
  assertion?: string
  /** The person. A service token has none [O13]. */
  identity?: Identity
  /** The grant of Managed OAuth that the access token is of. */
  grant?: AccessGrant
  serviceToken?: NonNullable<Subject['serviceToken']>
  /** The scope that the client requested. Access ignores it; only the demo's /step-up reads it. */
  requestedScope?: string | undefined
  /** Whether `Authorization` was the credential. It then does not reach the origin [O2]. */
  byAuthorization?: boolean
  /** The `Set-Cookie` values of the response, if the login sets cookies. */
  setCookies?: string[]
}

/** An admission by a credential, with its event. */
export type Admitted = { admission: Admission; event: AdmissionEvent }
type AdmissionEvent = Omit<Extract<RequestDecision, { kind: 'admission' }>, 'kind' | 'outcome'>

/** The reason why a credential was not accepted. */
export type CredentialRefusal = {
  credential: Exclude<Extract<RequestDecision, { kind: 'challenge' }>['credential'], 'none'>
  /** The failure of a service token: it is not valid, or it is valid and no Service Auth policy has it. */
  service?: 'not-authenticated' | 'not-authorized'
  rule?: string | undefined
  why: string
  change?: string | undefined
}

/** A request that is not admitted. */
export type NotAdmitted = {
  service: CredentialRefusal['service']
  /** The refusal that the event reports, if the request had a credential. */
  refusal: CredentialRefusal | undefined
}
