import { readForm } from '../../request/body'
import type { AppContext } from '../../request/context'
import { oncePerRequest } from '../../request/once'
import type { AccessGrant } from '../../store/grants/grant'
import type { FaultSubject } from '../../switches/active-fault'
import { presentedClient } from '../client'
import { applicationOf } from '../grant'

/** Finds the grant that the code or token of the request names, even if that is no longer valid. */
export const namedGrant = oncePerRequest(async function find(c): Promise<AccessGrant | undefined> {
  const parameters = await readForm(c)
  const presented = ['code', 'refresh_token', 'token'].map((name) => parameters.get(name))
  return c.get('stores').grants.findNamed(presented.find((text) => text !== undefined) ?? '')
})

/**
 * Reads the client and the application of a token or revocation request, for faults that are limited
 * to one of them. A request that cannot be read is refused later, by the endpoint.
 */
export async function tokenSubject(c: AppContext): Promise<FaultSubject> {
  const client = await presentedClient(c).catch(() => undefined)
  const grant = await namedGrant(c).catch(() => undefined)
  return {
    clientId: client?.clientId ?? grant?.clientId,
    email: grant?.identity.email,
    application: grant && applicationOf(c, grant),
  }
}
