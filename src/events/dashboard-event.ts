import type { Actors } from './reason'

/** The client and the person at the dashboard's OAuth server, as far as they are known. */
type DashboardActor = Pick<Actors, 'client' | 'email'>

type Authorized = {
  kind: 'application-authorized'
  client: { id: string; name: string }
  email: string
  grantId: string
  accountIds: string[]
  scopes: string[]
  endsAtSeconds: number
}

/**
 * Events of the dashboard's OAuth server and its tokens: the cases that the support of an application has
 * to distinguish.
 */
export type DashboardEvent = DashboardActor &
  (
    | Authorized
    /** A person authorized a client whose publisher has not verified a domain. */
    | { kind: 'client-not-verified' }
    | { kind: 'authorization-cancelled' }
    /** The client requested a scope that it has not registered. */
    | { kind: 'scope-not-allowed'; description: string }
    /** A person outside the account of a private client. */
    | { kind: 'private-application-refused' }
    /** Any other refusal of an authorization. `recipient` receives the error. */
    | {
        kind: 'authorization-refused'
        error: string
        description: string
        recipient: 'client' | 'person'
      }
    | { kind: 'grant-revoked'; grantId: string; by: GrantRevoker }
    /** A token of a grant that is revoked was used: at the token endpoint, or at the API. */
    | { kind: 'token-of-a-revoked-grant'; grantId: string; path: string }
    | { kind: 'token-expired'; grantId: string; path: string }
    /** A request to the API that the grant does not permit. Each scope of `enough` would permit it. */
    | { kind: 'scope-missing'; method: string; path: string; enough: string[] }
    /** Any other refusal of the token, revocation, userinfo or device endpoint. */
    | { kind: 'token-request-refused'; error: string; description: string; path: string }
    /** A defect of the emulator. */
    | { kind: 'failure'; message: string; path: string }
  )

/** The cause of a grant's end. */
export type GrantRevoker = 'person' | 'client' | 'code-replay' | 'refresh-token-reuse' | 'emulator'
