import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { version } from '../../package.json'

// No request to these hosts leaves the process.
const BUILT_IN_HOSTS = '.mcp.localhost'

// The token of the built-in server that needs one. The default seed names it too.
const NOTES_TOKEN = 'the-token-of-notes'

const SERVERS: Record<string, { token?: string; define(server: McpServer): void }> = {
  docs: {
    define(server) {
      server.registerTool(
        'search',
        {
          description: 'Searches the documentation of the emulator.',
          inputSchema: z.object({ query: z.string() }),
        },
        ({ query }) => text(`No page mentions ${query}: this server is only a demonstration.`),
      )
      server.registerPrompt('explain', { description: 'Explains MCP server portals.' }, () => ({
        messages: [
          { role: 'user', content: { type: 'text', text: 'What is an MCP server portal?' } },
        ],
      }))
    },
  },
  notes: {
    token: NOTES_TOKEN,
    define(server) {
      server.registerTool('list', { description: 'Lists the notes.' }, () => text('Buy milk.'))
    },
  },
}

/**
 * Responds as one of the built-in servers of MCP portals: `docs` is public, `notes` needs a bearer token. The
 * third one of the default seed is the demo behind Access.
 */
export async function builtInServer(request: Request): Promise<Response> {
  const server = SERVERS[new URL(request.url).hostname.slice(0, -BUILT_IN_HOSTS.length)]
  if (!server) return new Response('There is no such built-in server.', { status: 404 })
  const { define, token } = server
  if (token && request.headers.get('authorization') !== `Bearer ${token}`) {
    return new Response('The token is missing or wrong.', { status: 403 })
  }
  return createMcpHandler(() => {
    const mcp = new McpServer({ name: 'access-oauth-emulator built-in server', version })
    define(mcp)
    return mcp
  }).fetch(request)
}

function text(content: string) {
  return { content: [{ type: 'text' as const, text: content }] }
}
