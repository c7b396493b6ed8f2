import { isSignInGood, tokenEndpointSignIn } from '../../access/sign-in'
import type { AppContext } from '../../request/context'
import type { AccessGrant } from '../../store/grants/grant'

/**
 * Whether an administrator has ended the grant.
 *
 * Access: observed [T15, T16]. Revoking a person or the tokens of an application leaves exchange and
 * refresh alone; the strict setting ends them, and so does the deletion of the person.
 */
export function isEndedByAdministrator(c: AppContext, grant: AccessGrant): boolean {
  return !isSignInGood(c.get('state'), tokenEndpointSignIn(grant, c.get('settings').REVOCATION))
}
