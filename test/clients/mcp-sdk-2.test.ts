import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client'
import { describeMcpSdk, type Sdk } from './mcp-sdk'

const speaking =
  (mode: VersionNegotiationMode): Sdk['open'] =>
  (url, provider, fetch) => {
    const newTransport = () =>
      new StreamableHTTPClientTransport(url, { authProvider: provider, fetch })
    const newClient = () =>
      new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    let transport = newTransport()
    let client = newClient()
    return {
      async connect() {
        transport = newTransport()
        client = newClient()
        await client.connect(transport)
      },
      finishAuth: (callback) => transport.finishAuth(callback),
      async call(name, parameters) {
        const { content } = await client.callTool({ name, arguments: parameters })
        return content[0]?.type === 'text' ? content[0].text : ''
      },
      close: () => client.close(),
    }
  }

describeMcpSdk([
  { title: 'The MCP TypeScript SDK 2.x', open: speaking('legacy'), UnauthorizedError },
  {
    title: 'The MCP TypeScript SDK 2.x, newest protocol',
    open: speaking('auto'),
    UnauthorizedError,
  },
])
