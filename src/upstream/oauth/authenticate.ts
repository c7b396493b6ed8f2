import * as z from 'zod'
import type { McpServer } from '../../mcp/server'
import { randomText } from '../../oauth/encoding'
import type { AppContext } from '../../request/context'
import { syncServer } from '../sync'
import { authorizationUrl } from './authorization-url'
import { keepCredential } from './keep'
import { adminCallback, clientAt } from './registration'
import { exchangeCode } from './tokens'

const LIFETIME_SECONDS = 15 * 60

const flowSchema = z.object({
  serverId: z.string(),
  verifier: z.string(),
  callback: z.string(),
  back: z.string(),
})

/**
 * Begins the sign-in of an administrator at a server, and returns its address.
 *
 * Portal: observed [MP20, MP66]. The dashboard calls it "Authenticate server".
 *
 * @param back the address to which the administrator returns at the end
 * @throws Error if the metadata or the registration fails
 */
export async function startAuthentication(
  c: AppContext,
  server: McpServer,
  back: string,
): Promise<string> {
  const client = await clientAt(c, server)
  const state = randomText(24)
  const verifier = randomText(32)
  const [account] = c.get('settings').ACCOUNTS
  const callback = adminCallback(c, account?.id ?? '', server.id)
  const flow = { serverId: server.id, verifier, callback, back }
  const endsAtSeconds = c.get('now') + LIFETIME_SECONDS
  await c.get('emulator').portals.put('admin-flow', state, server.id, endsAtSeconds, flow)
  return authorizationUrl(client, { callback, state, verifier })
}

/**
 * Ends the sign-in of an administrator: redeems the code, keeps the tokens as the server's own, and syncs its
 * catalogue.
 *
 * Portal: observed [MP20]. Not like Cloudflare, where the browser redeems the code, so that the token endpoint has
 * to allow requests of the dashboard's origin (CORS).
 *
 * @returns the address to which the administrator returns; undefined if the sign-in is unknown
 * @throws Error if the token endpoint refuses
 */
export async function finishAuthentication(
  c: AppContext,
  serverId: string,
  { code, state }: { code: string; state: string },
): Promise<string | undefined> {
  const { configuration, emulator } = c.var
  const flow = flowSchema.safeParse(await emulator.portals.take('admin-flow', state)).data
  const server = configuration.mcpServers.find(({ id }) => id === serverId)
  if (!flow || flow.serverId !== serverId || !server) return undefined
  const tokens = await exchangeCode(c, server, await clientAt(c, server), { ...flow, code })
  if (server.credential.kind !== 'oauth') return undefined
  const { mode } = server.credential
  const authentication_status = mode === 'manual' ? 'manual' : 'connected'
  await keepCredential(c, serverId, (stored) => ({ ...stored, admin: tokens }), {
    authentication_status,
  })
  await syncServer(c, serverId)
  return flow.back
}
