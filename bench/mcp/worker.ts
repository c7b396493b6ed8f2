import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import * as z from 'zod'

/** A bare MCP server, which a portal is measured beside. */
export default {
  fetch(request: Request): Promise<Response> {
    return createMcpHandler(() => {
      const server = new McpServer({ name: 'bare', version: '1.0.0' })
      server.registerTool(
        'echo',
        { description: 'Returns the given text.', inputSchema: z.object({ text: z.string() }) },
        ({ text }) => ({ content: [{ type: 'text', text }] }),
      )
      return server
    }).fetch(request)
  },
}
