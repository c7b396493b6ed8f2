/** Uses mcp-remote as an MCP client over stdio does: `node mcp-remote.ts <url> <folder of the package>`. */
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'

const CALLS = 6
const PAUSE_MS = 50

const [, , url = '', folder = ''] = process.argv
const client = new Client({ name: 'mcp-remote', version: '1.0.0' })
await client.connect(
  new StdioClientTransport({
    command: join(folder, 'node_modules/.bin/mcp-remote'),
    args: [url],
    // All variables, the one for the browser included.
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      ),
    ),
  }),
)
try {
  for (let calls = 0; calls < CALLS; calls++) {
    await client.callTool({ name: 'whoami' })
    await setTimeout(PAUSE_MS)
  }
} finally {
  await client.close()
}
