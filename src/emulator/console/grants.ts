import { formatTime } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import { issuedGrants } from '../issued-grants'
import { type Control, fetchList } from './inside'
import { readAll } from './listing'

// Each lookup is a call of a Durable Object.
const MAX_LOOKUPS = 25

/**
 * Returns grants for the console, the newest first.
 *
 * @param maxPages the number of pages of the control that are read; they are in the order of ids
 */
export async function grantsOf(c: AppContext, control: Control, maxPages?: number) {
  const { items, isWhole } = await readAll(async (query) => {
    const { grants, cursor } = await fetchList(c, control, 'grants', query)
    return { items: grants, cursor }
  }, maxPages)
  const hasPassed = (at: string) => Date.parse(at) / 1000 <= c.get('now')
  const views = items.map((grant) => ({
    id: grant.id,
    client: grant.client,
    application: grant.application.name ?? grant.application.id,
    email: grant.email,
    createdAt: grant.created_at,
    sessionEndsAt: grant.session_ends_at,
    state: stateOf(grant.revoked, hasPassed(grant.session_ends_at)),
    tokens: grant.tokens
      .map((token) => ({
        id: token.id,
        issuedAt: token.issued_at,
        expiresAt: token.expires_at,
        isExpired: hasPassed(token.expires_at),
      }))
      .sort((a, b) => b.issuedAt.localeCompare(a.issuedAt)),
  }))
  return { items: views.sort((a, b) => b.createdAt.localeCompare(a.createdAt)), isWhole }
}

/** Returns the end of the newest active grant's session; undefined if no grant is active. */
export async function newestSessionEnd(
  c: AppContext,
  { items, isWhole }: Awaited<ReturnType<typeof grantsOf>>,
): Promise<string | undefined> {
  if (isWhole) return items.find(({ state }) => state === 'active')?.sessionEndsAt
  const issued = issuedGrants(await c.get('emulator').events.latest())
  for (const id of issued.slice(0, MAX_LOOKUPS)) {
    const view = await c.get('stores').grants.view(id)
    if (!view || view.revoked) continue
    const { sessionEndsAtSeconds } = view.grant
    if (sessionEndsAtSeconds > c.get('now')) return formatTime(sessionEndsAtSeconds)
  }
  return undefined
}

function stateOf(isRevoked: boolean, hasPassed: boolean): 'active' | 'expired' | 'revoked' {
  if (isRevoked) return 'revoked'
  return hasPassed ? 'expired' : 'active'
}
