import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { describeMcpSdk, type McpClient, type Sdk } from './mcp-sdk'

const open: Sdk['open'] = (url, provider, fetch): McpClient => {
  const newTransport = () =>
    new StreamableHTTPClientTransport(url, { authProvider: provider, fetch })
  const newClient = () => new Client({ name: 'test', version: '1' })
  let transport = newTransport()
  let client = newClient()
  return {
    async connect() {
      transport = newTransport()
      client = newClient()
      await client.connect(transport)
    },
    finishAuth: (callback) => transport.finishAuth(callback.get('code') ?? ''),
    async call(name, parameters) {
      const result = await client.callTool({ name, arguments: parameters })
      const [content] = CallToolResultSchema.parse(result).content
      return content?.type === 'text' ? content.text : ''
    },
    close: () => client.close(),
  }
}

describeMcpSdk([{ title: 'The MCP TypeScript SDK 1.x', open, UnauthorizedError }])
