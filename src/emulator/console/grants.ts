import { formatTime } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import { grantsGiven } from '../given'
import { ask, type Control } from './inside'

// Each asks its grant's object.
const MOST_LOOKED_AT = 25

/**
 * A page of the grants as the console shows them. They are kept by their ids, so that a page is any of
 * them; those on it are by age.
 */
export async function grantsOf(c: AppContext, control: Control, cursor?: string) {
  const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''
  const answer = await ask(c, control, 'grants', query)
  const isOver = (at: string) => Date.parse(at) / 1000 <= c.get('now')
  const items = answer.grants
    .map((grant) => ({
      id: grant.id,
      client: grant.client,
      application: grant.application.name ?? grant.application.id,
      email: grant.email,
      createdAt: grant.created_at,
      sessionEndsAt: grant.session_ends_at,
      state: stateOf(grant.revoked, isOver(grant.session_ends_at)),
      tokens: grant.tokens
        .map((token) => ({
          id: token.id,
          issuedAt: token.issued_at,
          expiresAt: token.expires_at,
          isExpired: isOver(token.expires_at),
        }))
        .sort((a, b) => b.issuedAt.localeCompare(a.issuedAt)),
    }))
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  return { items, cursor: answer.cursor, isWhole: !cursor && !answer.cursor }
}

/** When the session of the grant that was given last and lives is over; undefined where none lives. */
export async function newestSessionEnd(
  c: AppContext,
  { items, isWhole }: Awaited<ReturnType<typeof grantsOf>>,
): Promise<string | undefined> {
  if (isWhole) return items.find(({ state }) => state === 'active')?.sessionEndsAt
  const given = grantsGiven(await c.get('emulator').events())
  for (const id of given.slice(0, MOST_LOOKED_AT)) {
    const view = await c.get('stores').grants.view(id)
    if (!view || view.revoked) continue
    const { sessionEndsAtSeconds } = view.grant
    if (sessionEndsAtSeconds > c.get('now')) return formatTime(sessionEndsAtSeconds)
  }
  return undefined
}

function stateOf(isRevoked: boolean, isOver: boolean): 'active' | 'expired' | 'revoked' {
  if (isRevoked) return 'revoked'
  return isOver ? 'expired' : 'active'
}
