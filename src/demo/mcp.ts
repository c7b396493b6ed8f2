import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { version } from '../../package.json'
import type { AccessClaims } from './assertion'

/** The demo's MCP server: `whoami`, `echo` and `add`, for every revision of the protocol. */
export function mcp(request: Request, claims: AccessClaims): Promise<Response> {
  return createMcpHandler(() => createServer(claims)).fetch(request)
}

function createServer(claims: AccessClaims): McpServer {
  const server = new McpServer({ name: 'access-oauth-emulator demo', version })
  server.registerTool(
    'whoami',
    { description: 'Who Access says is calling: the verified claims of the assertion.' },
    () => text(JSON.stringify(claims, null, 2)),
  )
  server.registerTool(
    'echo',
    {
      description: 'Answers with the text it was given.',
      inputSchema: z.object({ text: z.string() }),
    },
    ({ text: given }) => text(given),
  )
  server.registerTool(
    'add',
    {
      description: 'Adds two numbers.',
      inputSchema: z.object({ a: z.number(), b: z.number() }),
    },
    ({ a, b }) => text(String(a + b)),
  )
  return server
}

function text(content: string) {
  return { content: [{ type: 'text' as const, text: content }] }
}
