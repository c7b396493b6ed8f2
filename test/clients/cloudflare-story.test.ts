import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import Cloudflare from 'cloudflare'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MemoryProvider } from '../support/oauth-provider'
import { Person } from '../support/person'
import { type Server, startServer } from '../support/server'

const account_id = '023e105f4ecef8ad9ca31a8372d0c353'
const staff = (domain: string) => [
  { name: 'Staff', decision: 'allow', include: [{ email_domain: { domain } }] },
]
const OAUTH = {
  dynamic_client_registration: { allow_any_on_localhost: true },
  grant: { access_token_lifetime: '15m', session_duration: '24h' },
}

let store: string
let server: Server
const apps = () => {
  const baseURL = `${server.app}/client/v4`
  return new Cloudflare({ apiToken: 'any', baseURL, maxRetries: 0 }).zeroTrust.access.applications
}
const create = async (members: object) =>
  (await apps().create({ account_id, type: 'self_hosted', ...members } as never)) as { id: string }
const replace = (id: string, members: object) =>
  apps().update(id, { account_id, type: 'self_hosted', ...members } as never)
const list = async () => {
  const found = []
  for await (const each of apps().list({ account_id })) found.push(each)
  return found as { id: string; domain?: string; name?: string }[]
}

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), 'emulator-'))
  server = await startServer([], store)
})
afterAll(async () => {
  await server?.stop()
  await rm(store, { recursive: true, force: true })
})
beforeEach(() => server.control('POST', 'reset'))

describe('An application made with the SDK', () => {
  const clients: Client[] = []
  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())))

  it('accepts an MCP client until its policy is tightened; then the refresh is refused', async () => {
    // The demo's MCP server is at one path, whatever application is in front of it.
    const domain = `localhost:${server.port}/mcp`
    const members = { domain, oauth_configuration: OAUTH, policies: staff('example.com') }
    const { id } = await create(members)
    await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com', consent: 'allow' })
    const person = new Person(server.fetch, [
      `localhost:${server.port}`,
      `127.0.0.1:${server.port}`,
    ])
    const provider = new MemoryProvider(person)
    const open = () => {
      const url = new URL(`http://${domain}`)
      const fetch = (input: string | URL, init?: RequestInit) => server.fetch(String(input), init)
      const transport = new StreamableHTTPClientTransport(url, { authProvider: provider, fetch })
      const client = new Client({ name: 'test', version: '1' })
      clients.push(client)
      return { client, transport }
    }
    const first = open()
    await expect(first.client.connect(first.transport)).rejects.toBeInstanceOf(UnauthorizedError)
    await first.transport.finishAuth(provider.callback)
    const { client, transport } = open()
    await client.connect(transport)
    const { content } = await client.callTool({ name: 'whoami', arguments: {} })
    expect(JSON.stringify(content)).toContain('ada@example.com')

    await replace(id, { ...members, policies: staff('other.example') })
    await server.control('PATCH', 'clock', { advance: '16m' })
    const refreshToken = provider.saved?.refresh_token ?? ''
    const refused = await server.client.refresh(provider.client?.client_id ?? '', refreshToken)
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ])
    // With the policy relaxed again, the grant continues: no refusal has changed it.
    await replace(id, members)
    const again = await client.callTool({ name: 'whoami', arguments: {} })
    expect(JSON.stringify(again.content)).toContain('ada@example.com')
    expect(provider.authorizations).toBe(1)
  })
})

// The calls of https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/managed-oauth/,
// unchanged but for the host, and without the spaces at the ends of lines, which break the shell command.
const GET_APP = `curl "https://api.cloudflare.com/client/v4/accounts/$ACCOUNT_ID/access/apps/$APP_ID" \\
  --request GET \\
  --header "Authorization: Bearer $CLOUDFLARE_API_TOKEN"`
const TURN_ON = `curl "https://api.cloudflare.com/client/v4/accounts/$ACCOUNT_ID/access/apps/$APP_ID" \\
  --request PUT \\
  --header "Authorization: Bearer $CLOUDFLARE_API_TOKEN" \\
  --json '{
    "oauth_configuration": {
        "enabled": true
    }
  }'`
const CONFIGURE = `curl "https://api.cloudflare.com/client/v4/accounts/$ACCOUNT_ID/access/apps/$APP_ID" \\
  --request PUT \\
  --header "Authorization: Bearer $CLOUDFLARE_API_TOKEN" \\
  --json '{
    "oauth_configuration": {
        "enabled": true,
        "dynamic_client_registration": {
            "enabled": true,
            "allow_any_on_localhost": true,
            "allow_any_on_loopback": true,
            "allowed_uris": [
                "https://playground.ai.cloudflare.com/*"
            ]
        },
        "grant": {
            "access_token_lifetime": "5m",
            "session_duration": "24h"
        }
    }
  }'`

describe("The curl calls of Cloudflare's page on Managed OAuth", () => {
  const run = async (call: string, id: string) => {
    const command = call.replace('https://api.cloudflare.com', server.app)
    const env = {
      ...process.env,
      ACCOUNT_ID: account_id,
      APP_ID: id,
      CLOUDFLARE_API_TOKEN: 'any',
    }
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env })
    return JSON.parse(stdout) as { success: boolean; result: Record<string, unknown> }
  }
  const challenge = async () => {
    const response = await server.fetch(`${server.app}/protected`)
    return [response.status, response.headers.get('www-authenticate')?.split(' ')[0]]
  }

  it('turn it on; type, domain and name stay (assumed), the policies are gone (a PUT replaces)', async () => {
    const members = { domain: `localhost:${server.port}/protected`, name: 'Protected' }
    const { id } = await create({ ...members, policies: staff('example.com') })
    expect(await challenge()).toEqual([302, 'Cloudflare-Access'])
    expect((await run(GET_APP, id)).result).toMatchObject({ id, ...members })
    const on = await run(TURN_ON, id)
    expect(on).toMatchObject({
      success: true,
      result: { ...members, type: 'self_hosted', oauth_configuration: { enabled: true } },
    })
    expect(on.result.policies).toEqual([])
    expect(await challenge()).toEqual([401, 'Bearer'])
  })

  it('set the redirect rules, and the lifetimes of grants', async () => {
    const { id } = await create({ domain: `localhost:${server.port}/protected` })
    await run(CONFIGURE, id)
    expect((await run(GET_APP, id)).result.oauth_configuration).toEqual({
      enabled: true,
      dynamic_client_registration: {
        enabled: true,
        allow_any_on_localhost: true,
        allow_any_on_loopback: true,
        allowed_uris: ['https://playground.ai.cloudflare.com/*'],
      },
      grant: { access_token_lifetime: '5m', session_duration: '24h' },
    })
  })
})

describe('Edits', () => {
  it('survive a kill, and a reset returns to the seed', async () => {
    const { id } = await create({ domain: 'kept.example.com', oauth_configuration: OAUTH })
    const [demo] = await list()
    await apps().delete(demo?.id ?? '', { account_id })
    await server.stop()
    server = await startServer([], store)
    expect((await list()).map((each) => each.id)).toEqual([id])
    await server.control('POST', 'reset')
    expect((await list()).map(({ name }) => name)).toEqual(['Demo'])
  })

  it('of one application at once: the last complete one is kept', async () => {
    const { id } = await create({ domain: 'race.example.com' })
    const bodies = Array.from({ length: 30 }, (_, number) => ({
      domain: `race${number}.example.com`,
      name: `Race ${number}`,
      session_duration: `${number + 1}h`,
    }))
    await Promise.all(bodies.map((body) => replace(id, body)))
    const kept = await apps().get(id, { account_id })
    const number = Number((kept as { name: string }).name.replace('Race ', ''))
    expect(kept).toMatchObject(bodies[number] ?? {})
  })

  it('of different applications at once lose none; of the same domain exactly one wins', async () => {
    const numbers = Array.from({ length: 20 }, (_, number) => number)
    await Promise.all(numbers.map((number) => create({ domain: `many${number}.example.com` })))
    expect(await list()).toHaveLength(21)
    const same = await Promise.allSettled(numbers.map(() => create({ domain: 'one.example.com' })))
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [refused] = same.filter((each) => each.status === 'rejected')
    expect(refused?.reason).toMatchObject({ status: 400, errors: [{ code: 12136 }] })
  })
})
