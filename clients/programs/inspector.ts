/** Calls a tool with the MCP Inspector's command line: `node inspector.ts <url> <folder of the package>`. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const CALLS = 3

const [, , url = '', folder = ''] = process.argv
const inspector = join(folder, 'node_modules/.bin/mcp-inspector')
const args = [
  '--cli',
  url,
  '--transport',
  'http',
  '--method',
  'tools/call',
  '--tool-name',
  'whoami',
]
for (let calls = 0; calls < CALLS && !process.exitCode; calls++) {
  const { status } = spawnSync(inspector, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, MCP_AUTO_OPEN_ENABLED: 'true' },
  })
  process.exitCode = status ?? 1
}
