import {
  isOfThisHistory,
  isRevoked,
  type Revocations,
  revisionOf,
  revocable,
  sessionKeys,
} from './revocation'

/** A sign-in, or a credential made from it, as revocation sees it. */
export type SignIn = {
  /** The number of the last revocation when the credential was made. */
  revision: number
  /** The keys of the revocations that end it. */
  endedBy: string[]
  /** Set if nothing is stored about the sign-in, so that its signature alone vouches for it. */
  signedNonce?: string
}

/** The grant of a client, as far as revocation needs it. */
type Grant = { applicationId: string; identity: { email: string }; identityNonce: string }

/** Whether nothing has ended a sign-in since the credential was made. */
export function isSignInGood(
  { revocations }: { revocations: Revocations },
  { endedBy, revision, signedNonce }: SignIn,
): boolean {
  // A signed credential outlives the store that it was made in.
  if (signedNonce !== undefined && !isOfThisHistory(revocations, signedNonce)) return false
  return !isRevoked(revocations, endedBy, revision)
}

/** The sign-in of a browser at the team domain, whose session is stored. */
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

/** The sign-in that an application's token was made from. */
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

/** The sign-in of a browser at the dashboard: revoking a person of the team does not end it. */
export function dashboardSignIn(identityNonce: string): SignIn {
  return {
    revision: revisionOf(identityNonce),
    endedBy: sessionKeys(identityNonce),
    signedNonce: identityNonce,
  }
}

/**
 * The sign-in of a client, which is its grant, at the application.
 *
 * Access: observed [T15]. `revoke_user` leaves grants of Managed OAuth as they are.
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
 * The sign-in of a client at the token endpoint.
 *
 * Access: observed [T15, T16]. Revoking a person or the tokens of an application leaves exchange and
 * refresh alone; the strict setting ends them, and so does the deletion of the person.
 */
export function tokenEndpointSignIn(grant: Grant, setting: 'observed' | 'strict'): SignIn {
  if (setting === 'strict') return grantSignIn(grant, 'strict')
  return {
    revision: revisionOf(grant.identityNonce),
    endedBy: [revocable.deletedPerson(grant.identity.email)],
  }
}

/**
 * What was revoked since the grant was made without ending it: an administrator may expect otherwise.
 *
 * Access: observed [T15, T16, P21].
 */
export function livesOn(
  revocations: Revocations,
  { applicationId, identity, identityNonce }: Grant,
): 'person' | 'application' | undefined {
  const wasRevoked = (key: string) => isRevoked(revocations, [key], revisionOf(identityNonce))
  if (wasRevoked(revocable.application(applicationId))) return 'application'
  return wasRevoked(revocable.person(identity.email)) ? 'person' : undefined
}
