import type { AppContext } from '../request/context'
import { issuedGrants } from './issued-grants'

const GRANTS_AT_ONCE = 100

/**
 * Ends the grants of Managed OAuth, with all their tokens.
 *
 * @param clientId ends only the grants to this client
 * @returns the number of grants that were not revoked before
 */
export async function endGrants(c: AppContext, clientId?: string): Promise<number> {
  const { emulator, stores } = c.var
  const ids = new Set(issuedGrants(await emulator.events.latest(), clientId))
  let cursor: string | undefined
  do {
    const page = await stores.grants.list(GRANTS_AT_ONCE, cursor)
    for (const { grant } of page.grants) {
      if (clientId === undefined || grant.clientId === clientId) ids.add(grant.id)
    }
    cursor = page.cursor
  } while (cursor)
  const ended = await Promise.all([...ids].map((id) => endGrantOnce(c, id)))
  return ended.filter(Boolean).length
}

async function endGrantOnce(c: AppContext, id: string): Promise<boolean> {
  const { grants } = c.get('stores')
  const view = await grants.view(id)
  if (!view || view.revoked) return false
  await grants.end(id)
  return true
}
