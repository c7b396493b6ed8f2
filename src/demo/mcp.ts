import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'
import { version } from '../../package.json'
import type { AccessClaims } from './assertion'

/** Handles MCP requests of every protocol revision; the tools are `whoami`, `echo` and `add`. */
export function mcp(request: Request, claims: AccessClaims): Promise<Response> {
  return createMcpHandler(() => createServer(claims)).fetch(request)
}

function createServer(claims: AccessClaims): McpServer {
  const server = new McpServer({ name: 'access-oauth-emulator demo', version })
  server.registerTool(
    'whoami',
    { description: "Returns the verified claims of the caller's Access assertion." },
    () => text(JSON.stringify(claims, null, 2)),
  )
  server.registerTool(
    'echo',
    {
      description: 'Returns the given text.',
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
