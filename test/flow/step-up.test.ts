import { beforeEach, describe, expect, it } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, APP, emulator } from '../support/emulator'

const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

const tokenWith = async (scope?: string) => {
  const { client_id } = await client.register()
  const code = await client.code(client_id, { scope })
  return tokensOf(client.exchange(client_id, code))
}

describe('The step-up route of the demo origin', () => {
  it('challenges for a scope, which Access never does (RFC 6750 3.1)', async () => {
    const { access_token } = await tokenWith()
    const response = await client.request('/step-up', access_token)
    expect([response.status, await response.json()]).toEqual([
      403,
      {
        error: 'insufficient_scope',
        error_description: 'This path of the demo requires the scope demo:write',
        scope: 'demo:write',
      },
    ])
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", error_description="This path of the demo requires the scope demo:write", scope="demo:write", resource_metadata="${APP}/.well-known/cloudflare-access-protected-resource/step-up"`,
    )
    expect((await client.request('/whoami', access_token)).status).toBe(200)
  })

  it('is an MCP server for a client that has requested the scope, which its token still lacks [T4]', async () => {
    const tokens = await tokenWith('mail demo:write')
    expect(tokens.scope).toBe('')
    const response = await client.fetch(`${APP}/step-up`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        accept: 'application/json, text/event-stream',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    })
    expect([response.status, await response.text()]).toEqual([
      200,
      expect.stringContaining('whoami'),
    ])
  })

  it('challenges a browser session too, which has requested no scope', async () => {
    const assertion = await world.fetch(`${APP}/_emulator/assertions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADA),
    })
    const { cookie } = (await assertion.json()) as { cookie: string }
    const response = await world.fetch(`${APP}/step-up`, { headers: { cookie } })
    expect(response.status).toBe(403)
  })

  it('keeps the scope over a refresh', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id, { scope: 'demo:write' })
    const first = await tokensOf(client.exchange(client_id, code))
    const { access_token } = await tokensOf(client.refresh(client_id, first.refresh_token))
    // The MCP server, which refuses GET.
    expect((await client.request('/step-up', access_token)).status).toBe(405)
  })
})
