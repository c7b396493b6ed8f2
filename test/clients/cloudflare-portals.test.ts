import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer, type ServerType } from '@hono/node-server'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import Cloudflare, { BadRequestError, NotFoundError } from 'cloudflare'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Server, startServer } from '../support/server'

const account_id = '023e105f4ecef8ad9ca31a8372d0c353'

let server: Server
let upstream: ServerType
let hostname: string
let cloudflare: Cloudflare
beforeAll(async () => {
  upstream = createAdaptorServer({
    fetch: (request) => createMcpHandler(docs).fetch(request as never),
  }).listen(0)
  await once(upstream, 'listening')
  hostname = `http://localhost:${(upstream.address() as AddressInfo).port}/mcp`
  server = await startServer()
  const baseURL = `${server.app}/client/v4`
  cloudflare = new Cloudflare({ apiToken: 'any', baseURL, maxRetries: 0 })
})
afterAll(async () => {
  await server?.stop()
  upstream.close()
})
beforeEach(() => server.control('POST', 'reset'))

function docs(): McpServer {
  const mcp = new McpServer({ name: 'docs', version: '1.0.0' })
  mcp.registerTool('search', { description: 'Searches.' }, () => ({ content: [] }))
  return mcp
}

const mcp = () => cloudflare.zeroTrust.access.aiControls.mcp
const serverOf = (id: string) =>
  mcp().servers.create({ account_id, id, name: id, hostname, auth_type: 'unauthenticated' })

describe('The SDK of Cloudflare', () => {
  it('creates, reads, lists, updates, syncs and deletes servers [MP1, MP14, MP16, MP17]', async () => {
    for (const id of ['one', 'two', 'three']) await serverOf(id)
    const read = await mcp().servers.read('one', { account_id })
    expect(read).toMatchObject({ status: 'ready', tools: [{ name: 'search' }] })
    const listed = []
    for await (const { id } of mcp().servers.list({ account_id, per_page: 2 })) listed.push(id)
    expect(listed).toEqual(['one', 'two', 'three'])
    await mcp().servers.update('one', { account_id, name: 'First' })
    expect(await mcp().servers.sync('one', { account_id })).toEqual({ status: 'ready' })
    const deleted = await mcp().servers.delete('one', { account_id })
    expect(deleted).toMatchObject({ id: 'one', name: 'First' })
    const again = mcp().servers.read('one', { account_id })
    await expect(again).rejects.toBeInstanceOf(NotFoundError)
  })

  it('creates, reads, lists, updates and deletes portals [MP9, MP10, MP16]', async () => {
    await serverOf('docs')
    const updated_tools = [{ name: 'search', alias: 'find', enabled: true }]
    const created = await mcp().portals.create({
      account_id,
      id: 'tools',
      name: 'Tools',
      hostname: 'tools.example.com',
      servers: [{ server_id: 'docs', on_behalf: false, updated_tools }],
    })
    expect(created.servers).toMatchObject([
      { id: 'docs', on_behalf: false, updated_tools: [{ name: 'search', portal_alias: 'find' }] },
    ])
    await mcp().portals.update('tools', { account_id, name: 'Renamed' })
    const read = await mcp().portals.read('tools', { account_id })
    expect(read).toMatchObject({ name: 'Renamed', servers: created.servers })
    const listed = []
    for await (const { id } of mcp().portals.list({ account_id })) listed.push(id)
    expect(listed).toEqual(['tools'])
    expect(await mcp().portals.delete('tools', { account_id })).not.toHaveProperty('servers')
  })

  it('reports a validation error with its code [MP2]', async () => {
    const refused = serverOf('a'.repeat(33))
    await expect(refused).rejects.toBeInstanceOf(BadRequestError)
    await expect(refused).rejects.toMatchObject({ errors: [{ code: 7001 }] })
  })
})
