import type { DashboardEvent, GrantRevoker } from '../events/dashboard-event'
import type { AppContext } from '../request/context'
import { note, reportInstead } from '../request/events'
import type { DashboardGrant } from '../store/grants/grant'

/** Takes a grant that has ended from the person's list of applications, and reports who ended it. */
export async function reportRevoked(
  c: AppContext,
  grant: DashboardGrant | undefined,
  by: GrantRevoker,
): Promise<void> {
  if (!grant) return
  await c.get('emulator').removeConnection(grant.id)
  note(c, { email: grant.email })
  reportInstead(c, { kind: 'grant-revoked', grantId: grant.id, by })
}

/** Reports why a token of a grant is no longer good. */
export function reportEnded(
  c: AppContext,
  grant: DashboardGrant | undefined,
  kind: Extract<DashboardEvent['kind'], 'token-expired' | 'token-of-a-revoked-grant'>,
): void {
  if (!grant) return
  note(c, { email: grant.email })
  reportInstead(c, { kind, grantId: grant.id, path: c.get('url').pathname })
}
