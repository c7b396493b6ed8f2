import { grantSignIn, isSignInGood, tokenEndpointSignIn } from '../../access/sign-in'
import type { AppContext } from '../../request/context'
import type { AccessGrant } from '../../store/grants/grant'
import { applicationOf } from '../grant'

/**
 * Returns whether an administrator has ended the grant.
 *
 * Access: observed [T15, T16]. Revoking a person or the tokens of an application does not stop exchange
 * and refresh. Deleting the person does, and so does any revocation if the setting is strict.
 * Portal: observed [MP33]. Revoking the tokens of a portal's application does.
 */
export function isEndedByAdministrator(c: AppContext, grant: AccessGrant): boolean {
  const isOfPortal = applicationOf(c, grant)?.type === 'mcp_portal'
  const signIn = isOfPortal ? grantSignIn : tokenEndpointSignIn
  return !isSignInGood(c.get('state'), signIn(grant, c.get('settings').REVOCATION))
}
