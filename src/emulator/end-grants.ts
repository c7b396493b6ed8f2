import type { AppContext } from '../request/context'
import { issuedGrants } from './issued-grants'

/**
 * Ends the grants of Managed OAuth, with all their tokens.
 *
 * @param clientId ends only the grants to this client
 * @returns the number of grants that were not revoked before
 */
export async function endGrants(c: AppContext, clientId?: string): Promise<number> {
  const { emulator, stores } = c.var
  const issued = issuedGrants(await emulator.events.latest(), clientId)
  return stores.grants.endAll(issued, clientId)
}
