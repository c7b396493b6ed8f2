import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../../src/node'

// An MCP server's own test, with Access in front of it: in your project the import above is
// `from 'access-oauth-emulator'`.

/** The server under test. Here it is a function; `origin` may as well be the URL where it runs. */
function notesServer(request: Request): Promise<Response> {
  const email = request.headers.get('cf-access-authenticated-user-email')
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'notes', version: '1.0.0' })
    server.registerTool('notes', { description: 'The notes of who calls.' }, () => ({
      content: [{ type: 'text', text: `Notes of ${email}` }],
    }))
    return server
  })
  return handler.fetch(request)
}

let access: Emulator
beforeAll(async () => {
  access = await startEmulator({ origin: notesServer })
})
afterAll(() => access?.close())

async function connectAs(email: string): Promise<Client> {
  const { accessToken } = await access.signIn(email)
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(
    new StreamableHTTPClientTransport(new URL(access.mcpUrl), {
      requestInit: { headers: { authorization: `Bearer ${accessToken}` } },
    }),
  )
  return client
}

it('knows who calls a tool', async () => {
  const client = await connectAs('ada@example.com')
  const { content } = await client.callTool({ name: 'notes', arguments: {} })
  expect(content).toEqual([{ type: 'text', text: 'Notes of ada@example.com' }])
  await client.close()
})

it('lets nobody in once the token is over', async () => {
  const client = await connectAs('ada@example.com')
  await access.clock.advance('16m')
  await expect(client.callTool({ name: 'notes', arguments: {} })).rejects.toThrow()
  const { why } = await access.events.next({ kind: 'challenge' })
  expect(why).toContain('The access token has expired')
})

it('is closed to people whom no policy admits', async () => {
  await expect(connectAs('mallory@blocked.example')).rejects.toThrow('does not have access')
  const { change } = await access.events.next({ kind: 'access-request', outcome: 'refused' })
  expect(change).toBeTruthy()
})
