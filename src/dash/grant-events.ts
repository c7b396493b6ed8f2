import type { DashboardEvent, GrantRevoker } from '../events/dashboard-event'
import type { AppContext } from '../request/context'
import { note, reportInstead } from '../request/events'
import type { DashboardGrant } from '../store/grants/grant'

/** Removes an ended grant from the person's connected applications, and reports what ended it. */
export async function reportRevoked(
  c: AppContext,
  grant: DashboardGrant | undefined,
  by: GrantRevoker,
): Promise<void> {
  if (!grant) return
  await c.get('emulator').connections.remove(grant.id)
  note(c, { email: grant.email })
  reportInstead(c, { kind: 'grant-revoked', grantId: grant.id, by })
}

/** Reports that a token was refused because it has expired or its grant was revoked. */
export function reportEnded(
  c: AppContext,
  grant: DashboardGrant | undefined,
  kind: Extract<DashboardEvent['kind'], 'token-expired' | 'token-of-a-revoked-grant'>,
): void {
  if (!grant) return
  note(c, { email: grant.email })
  reportInstead(c, { kind, grantId: grant.id, path: c.get('url').pathname })
}
