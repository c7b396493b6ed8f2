/**
 * The revocations that end a sign-in. A grant of Managed OAuth ends by one of these:
 *
 * - a revocation by an administrator: here, `grantSignIn` at the gate and `tokenEndpointSignIn` at the
 *   token endpoint, which differ [T15, T16];
 * - the end of its session, `sessionEndsAtSeconds` [T17]; a code or refresh token that is used twice
 *   [T8, T13]; a revocation by the client [T21]: `store/grants/object.ts`;
 * - the emulator's own control, which deletes the grant or its client, or resets: `emulator/`.
 *
 * A refresh is refused without ending the grant if Managed OAuth is off or the policies no longer match
 * [T18]: `team/token/refresh-decision.ts`.
 */
import {
  isOfThisHistory,
  isRevoked,
  type Revocations,
  revisionOf,
  revocable,
  sessionKeys,
} from './revocation'

/** A sign-in, or a credential made from it, with what the revocation check needs. */
export type SignIn = {
  /** The number of the last revocation when the credential was created. */
  revision: number
  /** The keys of the revocations that end it. */
  endedBy: string[]
  /** Set if the sign-in is not stored and only its signature proves it. */
  signedNonce?: string
}

/** The members of a grant that the revocation check needs. */
type Grant = { applicationId: string; identity: { email: string }; identityNonce: string }

/** Returns whether no revocation has ended a sign-in since the credential was created. */
export function isSignInGood(
  { revocations }: { revocations: Revocations },
  { endedBy, revision, signedNonce }: SignIn,
): boolean {
  // A signed credential outlives the store that it was created in.
  if (signedNonce !== undefined && !isOfThisHistory(revocations, signedNonce)) return false
  return !isRevoked(revocations, endedBy, revision)
}

/** Returns the sign-in of a browser at the team domain. Its session is stored. */
export function browserSignIn(email: string, identityNonce: string): SignIn {
  return {
    revision: revisionOf(identityNonce),
    endedBy: [
      revocable.person(email),
      revocable.deletedPerson(email),
      ...sessionKeys(identityNonce),
    ],
  }
}

/** Returns the sign-in that an application's token (`CF_Authorization`) was made from. */
export function appTokenSignIn(
  applicationId: string,
  email: string,
  identityNonce: string,
): SignIn {
  const { endedBy, revision } = browserSignIn(email, identityNonce)
  return {
    revision,
    endedBy: [revocable.application(applicationId), ...endedBy],
    signedNonce: identityNonce,
  }
}

/** Returns the sign-in of a browser at the dashboard. Revoking a person of the team does not end it. */
export function dashboardSignIn(identityNonce: string): SignIn {
  return {
    revision: revisionOf(identityNonce),
    endedBy: sessionKeys(identityNonce),
    signedNonce: identityNonce,
  }
}

/**
 * Returns the sign-in of a client at the application: its grant.
 *
 * Access: observed [T15, T16]. `revoke_user` does not end grants of Managed OAuth; `revoke_tokens` of
 * the application does.
 */
export function grantSignIn(
  { applicationId, identity: { email }, identityNonce }: Grant,
  setting: 'observed' | 'strict',
): SignIn {
  return {
    revision: revisionOf(identityNonce),
    endedBy: [
      revocable.application(applicationId),
      revocable.deletedPerson(email),
      ...(setting === 'strict' ? [revocable.person(email)] : []),
    ],
  }
}

/**
 * Returns the sign-in of a client at the token endpoint.
 *
 * Access: observed [T15, T16]. Revoking a person or the tokens of an application does not stop exchange
 * and refresh. Deleting the person does [K22], and so does any revocation if the setting is strict.
 */
export function tokenEndpointSignIn(grant: Grant, setting: 'observed' | 'strict'): SignIn {
  if (setting === 'strict') return grantSignIn(grant, 'strict')
  return {
    revision: revisionOf(grant.identityNonce),
    endedBy: [revocable.deletedPerson(grant.identity.email)],
  }
}

/**
 * Returns what was revoked since the grant was created without ending it, for the event: administrators
 * often expect that it ends the grant.
 *
 * Access: observed [T15, T16, P21].
 */
export function survivedRevocation(
  revocations: Revocations,
  { applicationId, identity, identityNonce }: Grant,
): 'person' | 'application' | undefined {
  const wasRevoked = (key: string) => isRevoked(revocations, [key], revisionOf(identityNonce))
  if (wasRevoked(revocable.application(applicationId))) return 'application'
  return wasRevoked(revocable.person(identity.email)) ? 'person' : undefined
}
