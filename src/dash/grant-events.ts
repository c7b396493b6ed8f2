import type { DashboardEvent, GrantRevoker } from '../access/dashboard-event'
import type { AppContext } from '../env'
import type { DashboardGrant } from '../store/grants/grant'
import { actorOf, note, tell } from './actor'

/** Tells that a grant has ended, and by whom: the person's list of applications learns of it. */
export function tellRevoked(
  c: AppContext,
  grant: DashboardGrant | undefined,
  by: GrantRevoker,
): void {
  if (!grant) return
  note(c, { email: grant.email })
  tell(c, { kind: 'grant revoked', grantId: grant.id, by, ...actorOf(c) })
}

/** Tells that what was shown of a grant is good no longer, and why. */
export function tellOver(
  c: AppContext,
  grant: DashboardGrant | undefined,
  kind: Extract<DashboardEvent['kind'], 'token expired' | 'token of a revoked grant'>,
): void {
  if (!grant) return
  note(c, { email: grant.email })
  tell(c, { kind, grantId: grant.id, path: c.get('url').pathname, ...actorOf(c) })
}
