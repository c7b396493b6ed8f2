/** An MCP client on the TypeScript SDK 2.x: `node mcp-sdk-2.ts <url>`. */
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { FileProvider } from './provider.ts'
import { work } from './work.ts'

const url = new URL(process.argv[2] ?? '')
const provider = await FileProvider.open('mcp-sdk-2')
await work(
  provider,
  () => {
    const transport = new StreamableHTTPClientTransport(url, { authProvider: provider })
    const client = new Client({ name: 'mcp-sdk-2', version: '1.0.0' })
    return {
      connect: () => client.connect(transport),
      finishAuth: (callback) => transport.finishAuth(callback),
      call: () => client.callTool({ name: 'whoami' }),
      close: () => client.close(),
    }
  },
  (error) => error instanceof UnauthorizedError,
)
