import type { Actors } from './reason'

/** Who asks something of the dashboard's OAuth server, as far as it is known when it is told. */
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
 * What happened at the dashboard's OAuth server and with its tokens: what an application's support has
 * to tell apart.
 */
export type DashboardEvent = DashboardActor &
  (
    | Authorized
    /** A person authorized an application whose publisher has not proved their domain. */
    | { kind: 'client-not-verified' }
    | { kind: 'authorization-cancelled' }
    /** The client asked for what it has not registered. */
    | { kind: 'scope-not-allowed'; description: string }
    /** Somebody outside the account of a private application. */
    | { kind: 'private-application-refused' }
    /** Any other refusal of an authorization, and who is told of it. */
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
    /** The API was asked for what the grant does not permit; any one of `enough` would have done. */
    | { kind: 'scope-missing'; method: string; path: string; enough: string[] }
    /** Any other refusal of the token, revocation, userinfo or device endpoint. */
    | { kind: 'token-request-refused'; error: string; description: string; path: string }
    /** The emulator's own mistake. */
    | { kind: 'failure'; message: string; path: string }
  )

/** What ended a grant. */
export type GrantRevoker = 'person' | 'client' | 'code-replay' | 'refresh-token-reuse' | 'emulator'
