import type { Emulator } from './emulator'
import type { Connection } from './emulator/connections'
import type { Stores } from './stores'

/**
 * Ends every grant that a person has given a client at the dashboard. All of its tokens stop working at
 * once. Returns the connections that were ended.
 */
export async function endConnections(
  emulator: Emulator,
  { dashboardGrants }: Stores,
  email: string,
  clientId: string,
): Promise<Connection[]> {
  const connections = await emulator.connections.of(email)
  const own = connections.filter((connection) => connection.clientId === clientId)
  for (const { grantId } of own) {
    await dashboardGrants.end(grantId)
    await emulator.connections.remove(grantId)
  }
  return own
}
