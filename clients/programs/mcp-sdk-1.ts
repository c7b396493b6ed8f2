/** An MCP client on the TypeScript SDK 1.x: `node mcp-sdk-1.ts <url>`. */
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { FileProvider } from './provider.ts'
import { work } from './work.ts'

const url = new URL(process.argv[2] ?? '')
const provider = await FileProvider.open('mcp-sdk-1')
await work(
  provider,
  () => {
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider })
    const client = new Client({ name: 'mcp-sdk-1', version: '1.0.0' })
    return {
      connect: () => client.connect(transport),
      finishAuth: (callback) => transport.finishAuth(callback.get('code') ?? ''),
      call: () => client.callTool({ name: 'whoami' }),
      close: () => client.close(),
    }
  },
  (error) => error instanceof UnauthorizedError,
)
