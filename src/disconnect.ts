import type { GrantRevoker } from './events/dashboard-event'
import type { AppContext } from './request/context'
import { report } from './request/events'

/**
 * Ends every grant that a person has given a client at the dashboard: access tokens and refresh tokens
 * stop at once. Answers how many there were.
 */
export async function disconnect(
  c: AppContext,
  email: string,
  clientId: string,
  by: GrantRevoker,
): Promise<number> {
  const { emulator, stores } = c.var
  const connections = await emulator.connections(email)
  const own = connections.filter((connection) => connection.clientId === clientId)
  for (const { grantId, clientName } of own) {
    await stores.dashboardGrants.end(grantId)
    await emulator.removeConnection(grantId)
    const client = { id: clientId, name: clientName }
    report(c, { kind: 'grant revoked', client, email, grantId, by })
  }
  return own.length
}
