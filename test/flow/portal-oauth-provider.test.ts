import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import OAuthProvider, { type OAuthHelpers } from '@cloudflare/workers-oauth-provider'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, emulator, TEAM } from '../support/emulator'
import { Person } from '../support/person'
import { namedTools, PortalClient } from '../support/portal'
import { upstreams } from '../support/upstreams'

const DOCS = 'https://docs.example.net'
// The library accepts plain http for the callback of a portal on this machine only.
const PORTAL = 'http://localhost:8788/portals/tools'
const { advance, fetch, reset } = emulator({
  MCP_SERVERS: [{ id: 'docs', name: 'Docs', hostname: `${DOCS}/mcp`, auth_type: 'oauth' }],
  MCP_PORTALS: [
    { id: 'tools', name: 'Tools', hostname: 'tools.localhost', servers: [{ server_id: 'docs' }] },
  ],
})
const client = new Client(fetch, PORTAL, TEAM)

type Helpers = { OAUTH_PROVIDER: OAuthHelpers }

/** An MCP server behind Cloudflare's own library, as its README has it, where everybody is let in. */
function docsWorker() {
  const provider = new OAuthProvider<Helpers>({
    apiRoute: '/mcp',
    apiHandler: {
      fetch: (request) =>
        createMcpHandler(() => {
          const server = new McpServer({ name: 'docs', version: '1.0.0' })
          namedTools('docs')(server)
          return server
        }).fetch(request),
    },
    defaultHandler: {
      async fetch(request, { OAUTH_PROVIDER }) {
        const authorization = await OAUTH_PROVIDER.parseAuthRequest(request)
        const { redirectTo } = await OAUTH_PROVIDER.completeAuthorization({
          request: authorization,
          userId: 'ada',
          metadata: {},
          scope: authorization.scope,
          props: {},
        })
        return Response.redirect(redirectTo, 302)
      },
    },
    authorizeEndpoint: '/authorize',
    tokenEndpoint: '/token',
    clientRegistrationEndpoint: '/register',
    accessTokenTTL: 600,
    resourceMetadata: { resource: `${DOCS}/mcp`, authorization_servers: [DOCS] },
  })
  const bindings = { ...env, OAUTH_KV: (env as { KV: unknown }).KV } as never
  return (request: Request) => provider.fetch(request, bindings, createExecutionContext() as never)
}

beforeEach(reset)
afterEach(() => vi.restoreAllMocks())

describe('A server behind @cloudflare/workers-oauth-provider', () => {
  it('is connected by its person, read, called, and refreshed by the portal [MP66, MP69, MP73]', async () => {
    const { docs } = upstreams({ docs: () => {} })
    const worker = docsWorker()
    docs.respond = worker
    const { client_id: clientId } = await client.register()
    const person = new Person(fetch, ['127.0.0.1:8788', 'localhost:8788'])
    await person.open(await client.authorizationUrl(clientId, { resource: `${PORTAL}/mcp` }))
    await person.press(ADA.email)
    await person.press('allow')
    await person.press('connect docs')
    const authorization = person.callback?.href ?? ''
    expect(authorization).toMatch(`${DOCS}/authorize?`)
    const allowed = await worker(new Request(authorization, { redirect: 'manual' }))
    await person.open(allowed.headers.get('location') ?? '')
    await person.press('done')
    const code = person.callback?.searchParams.get('code') ?? ''
    const { access_token: token } = await tokensOf(client.exchange(clientId, code))
    const portal = PortalClient.of(fetch, token, undefined, `${PORTAL}/mcp`)
    expect(await portal.tools()).toContain('docs_search')
    expect(await portal.text('docs_search')).toBe('docs search')
    await advance('11m')
    const before = docs.received.length
    expect(await portal.text('docs_read')).toBe('docs read')
    const refreshes = docs.received.slice(before).filter(({ url }) => url.endsWith('/token'))
    expect(refreshes).toHaveLength(1)
  })
})
