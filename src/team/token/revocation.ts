import { grantRevocationKeys, isRevoked, revisionOf, revocable } from '../../access/revocation'
import type { AppContext } from '../../env'
import type { AccessGrant } from '../../store/grant'

/**
 * Whether an administrator has ended the grant.
 *
 * Access: observed [T15, T16]. Revoking a person or the tokens of an application leaves exchange and
 * refresh alone; the strict setting ends them, and so does the deletion of the person.
 */
export function isEndedByAdministrator(c: AppContext, grant: AccessGrant): boolean {
  const settings = c.get('settings')
  const state = c.get('state')
  const keys =
    settings.REVOCATION === 'strict'
      ? grantRevocationKeys(grant, 'strict')
      : [revocable.deletedPerson(grant.identity.email)]
  return isRevoked(state.revocations, keys, revisionOf(grant.identityNonce))
}
