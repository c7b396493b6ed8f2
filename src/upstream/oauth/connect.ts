import * as z from 'zod'
import type { McpPortal } from '../../mcp/portal'
import type { McpServer } from '../../mcp/server'
import { randomText } from '../../oauth/encoding'
import { PageError } from '../../pages/page-error'
import type { AppContext } from '../../request/context'
import { bearer } from '../credential'
import { syncAs } from '../sync'
import { authorizationUrl } from './authorization-url'
import { clientAt, SHARED_CALLBACK } from './registration'
import { exchangeCode, TokenRefused } from './tokens'

const LIFETIME_SECONDS = 15 * 60

const flowSchema = z.object({
  portalId: z.string(),
  serverId: z.string(),
  /** The grant of the portal, or its draft, that the tokens are for. */
  holder: z.string(),
  email: z.string(),
  verifier: z.string(),
  callback: z.string(),
  /** The path on the team domain to return to. */
  back: z.string(),
})
type Flow = z.infer<typeof flowSchema>

/**
 * Starts an authorization of a person at a server, and returns its address.
 *
 * Portal: observed [MP66].
 *
 * @throws PageError if the server refuses to register the portal
 */
export async function startConnection(
  c: AppContext,
  {
    portal,
    server,
    ...rest
  }: { portal: McpPortal; server: McpServer } & Pick<
    Flow,
    'holder' | 'email' | 'callback' | 'back'
  >,
): Promise<string> {
  const used = { portalId: portal.id, callback: rest.callback }
  const client = await clientAt(c, server, used).catch((error) => {
    throw failed(reasonOf(error))
  })
  const state = randomText(24)
  const verifier = randomText(32)
  // Portal: documented [MP66].
  const callback = server.is_shared_oauth_callback_enabled ? SHARED_CALLBACK : rest.callback
  const flow = { ...rest, callback, portalId: portal.id, serverId: server.id, verifier }
  const endsAtSeconds = c.get('now') + LIFETIME_SECONDS
  await c.get('emulator').portals.put('upstream-flow', state, rest.holder, endsAtSeconds, flow)
  return authorizationUrl(client, { callback, state, verifier })
}

/**
 * Finishes an authorization of a person at a server: redeems the code and keeps the tokens.
 *
 * @param email the person who is signed in; another person's authorization is refused
 * @returns the path on the team domain to return to
 * @throws PageError
 */
export async function finishConnection(
  c: AppContext,
  query: URLSearchParams,
  email: string,
): Promise<string> {
  const { configuration, emulator } = c.var
  const state = query.get('state') ?? ''
  const flow = flowSchema.safeParse(await emulator.portals.find('upstream-flow', state))
  if (!flow.success || flow.data.email !== email) throw invalidState()
  await emulator.portals.remove('upstream-flow', state)
  const { back, callback, holder, serverId, verifier } = flow.data
  const server = configuration.mcpServers.find(({ id }) => id === serverId)
  const code = query.get('code')
  if (!server || code === null) throw failed(query.get('error') ?? 'the server sent no code')
  try {
    const client = await clientAt(c, server)
    const tokens = await exchangeCode(c, server, client, { callback, code, verifier })
    const connections = { [serverId]: tokens }
    const kept = await emulator.portals.merge('grant', holder, { connections })
    if (!kept) throw invalidState()
    // Portal: reported [MP20]. Without an administrator, the first person's sign-in fills the catalogue.
    if (!server.last_successful_sync) await syncAs(c, server, bearer(holder, tokens))
  } catch (error) {
    if (error instanceof PageError) throw error
    throw failed(reasonOf(error))
  }
  return back
}

// Portal: observed, "invalid client" and "invalid request".
function reasonOf(error: unknown): string {
  if (error instanceof TokenRefused) return error.code.replaceAll('_', ' ')
  return error instanceof Error ? error.message : String(error)
}

function failed(reason: string): PageError {
  return new PageError(
    403,
    `Authorization failed: ${reason}`,
    'The server did not let the portal use it for you.',
    'Return to your client and start again.',
  )
}

function invalidState(): PageError {
  return new PageError(
    400,
    'Invalid state: missing or invalid nonce',
    'This sign-in has expired, or was started in another browser.',
    'Return to your client and start again.',
  )
}
