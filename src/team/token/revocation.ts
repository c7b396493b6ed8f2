import { isSignInGood, tokenEndpointSignIn } from '../../access/sign-in'
import type { AppContext } from '../../request/context'
import type { AccessGrant } from '../../store/grants/grant'

/**
 * Returns whether an administrator has ended the grant.
 *
 * Access: observed [T15, T16]. Revoking a person or the tokens of an application does not stop exchange
 * and refresh. Deleting the person does, and so does any revocation if the setting is strict.
 */
export function isEndedByAdministrator(c: AppContext, grant: AccessGrant): boolean {
  return !isSignInGood(c.get('state'), tokenEndpointSignIn(grant, c.get('settings').REVOCATION))
}
