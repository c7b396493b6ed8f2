import { readForm } from '../../request/body'
import type { AppContext } from '../../request/context'
import { oncePerRequest } from '../../request/once'
import type { AccessGrant } from '../../store/grants/grant'
import type { FaultSubject } from '../../switches/faults'
import { shownClient } from '../client'
import { applicationOf } from '../grant'

/** Finds the grant that the code or token of the request names, whether or not that is still good. */
export const namedGrant = oncePerRequest(async function find(c): Promise<AccessGrant | undefined> {
  const parameters = await readForm(c)
  const shown = ['code', 'refresh_token', 'token'].map((name) => parameters.get(name))
  return c.get('stores').grants.findNamed(shown.find((text) => text !== undefined) ?? '')
})

/**
 * Reads whom a token or revocation request is about. The endpoint itself refuses what cannot be read,
 * later.
 */
export async function tokenSubject(c: AppContext): Promise<FaultSubject> {
  const client = await shownClient(c).catch(() => undefined)
  const grant = await namedGrant(c).catch(() => undefined)
  return {
    clientId: client?.clientId ?? grant?.clientId,
    application: grant && applicationOf(c, grant),
  }
}
