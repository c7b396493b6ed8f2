import type { Server } from '../support/server.ts'

const SERVERS = [
  { id: 'docs', name: 'Docs', auth_type: 'unauthenticated' },
  { id: 'notes', name: 'Notes', auth_type: 'bearer', auth_credentials: 'the-token-of-notes' },
].map((each) => ({ ...each, hostname: `http://${each.id}.mcp.localhost/mcp` }))
const DEMO = { id: 'demo', name: 'Demo behind Access', hostname: 'http://localhost/mcp' }
const PORTAL = {
  id: 'demo',
  name: 'Demo portal',
  hostname: 'portal.localhost',
  servers: ['docs', 'notes', 'demo'].map((server_id) => ({ server_id })),
}

/** The flags with which the server has the portal of the default seed. */
export const PORTAL_FLAGS = [
  ...['--var', `MCP_SERVERS:${JSON.stringify([...SERVERS, { ...DEMO, auth_type: 'oauth' }])}`],
  ...['--var', `MCP_PORTALS:${JSON.stringify([PORTAL])}`],
]

/** Connects a client of Ada and one of Grace to the portal. Ada's switches a server off. */
export async function portalStory(server: Server): Promise<void> {
  const ada = await clientOf(server, 'ada@example.com', 'Claude Code')
  await ada('tools/call', { name: 'docs_search', arguments: { query: 'portals' } })
  await ada('tools/call', { name: 'notes_list', arguments: {} })
  const off = { server_id: 'notes', action: 'untoggle' }
  await ada('tools/call', { name: 'portal_toggle_single_server', arguments: off })
  const grace = await clientOf(server, 'grace@example.com', 'MCP Inspector')
  await grace('tools/call', { name: 'docs_search', arguments: { query: 'clocks' } })
}

/** Returns a function that sends requests of a session of 2025. */
async function clientOf({ app, control }: Server, email: string, client_name: string) {
  const resource = `${app}/portals/demo/mcp`
  const response = await control('POST', 'tokens', { email, client_name, resource })
  const { access_token: token } = (await response.json()) as { access_token: string }
  let session: string | null = null
  const send = async (method: string, params: object): Promise<void> => {
    const { headers, ok, status } = await fetch(resource, {
      method: 'POST',
      headers: {
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(session !== null && { 'mcp-session-id': session }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    if (!ok) throw new Error(`${method} failed with status ${status}`)
    session ??= headers.get('mcp-session-id')
  }
  const clientInfo = { name: client_name, version: '1.0.0' }
  await send('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo })
  return send
}
