import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/node/index'

// An MCP server's own test, with Access in front of it: in your project the import above is
// `from 'access-oauth-emulator'`.
let access: Emulator
beforeAll(async () => {
  access = await startEmulator({
    people: [{ name: 'Ada', email: 'ada@example.com', groups: ['engineering'] }],
  })
})
afterAll(() => access.close())

async function connectAs(email: string): Promise<Client> {
  const { accessToken } = await access.signIn(email)
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(access.mcpUrl), {
      requestInit: { headers: { authorization: `Bearer ${accessToken}` } },
    }) as never,
  )
  return client
}

it('knows who calls a tool', async () => {
  const client = await connectAs('ada@example.com')
  const result = await client.callTool({ name: 'whoami', arguments: {} })
  expect(JSON.stringify(result)).toContain('ada@example.com')
  await client.close()
})

it('lets nobody in once the token is over', async () => {
  const client = await connectAs('ada@example.com')
  await access.clock.advance('16m')
  await expect(client.callTool({ name: 'whoami', arguments: {} })).rejects.toThrow()
  const event = await access.events.next({ kind: 'challenge' })
  expect(event.why).toContain('The access token is over')
})
