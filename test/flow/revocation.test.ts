import { beforeEach, describe, expect, it } from 'vitest'
import { Client, type Tokens } from '../support/client'
import { ADA, emulator } from '../support/emulator'

const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

const revoke = (client_id: string, token: string | undefined, more: Record<string, string> = {}) =>
  client.postForm('/oauth/revoke', { client_id, token, ...more })
const admitted = async (token: string) => (await client.request('/whoami', token)).status === 200
const refreshes = async (clientId: string, token: string) =>
  (await client.refresh(clientId, token)).status === 200

describe('Revoking (RFC 7009)', () => {
  it('a refresh token ends its grant, access tokens at the next request [T21]', async () => {
    const { clientId, tokens } = await client.connect()
    const response = await revoke(clientId, tokens.refresh_token)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    expect(await admitted(tokens.access_token)).toBe(false)
    expect(await refreshes(clientId, tokens.refresh_token)).toBe(false)
  })

  it('an access token ends that token alone', async () => {
    const { clientId, tokens } = await client.connect()
    await revoke(clientId, tokens.access_token)
    expect(await admitted(tokens.access_token)).toBe(false)
    expect(await refreshes(clientId, tokens.refresh_token)).toBe(true)
  })

  it('a rotated refresh token ends its grant too', async () => {
    const { clientId, tokens } = await client.connect()
    const response = await client.refresh(clientId, tokens.refresh_token)
    const next = (await response.json()) as Tokens
    await revoke(clientId, tokens.refresh_token)
    expect(await admitted(next.access_token)).toBe(false)
  })

  it('ends no other grant', async () => {
    const [one, other] = [await client.connect(), await client.connect()]
    await revoke(one.clientId, one.tokens.refresh_token)
    expect(await admitted(other.tokens.access_token)).toBe(true)
  })

  it.each(['access_token', 'refresh_token', 'something_else'])(
    'does not depend on token_type_hint=%s (2.1)',
    async (token_type_hint) => {
      const { clientId, tokens } = await client.connect()
      await revoke(clientId, tokens.refresh_token, { token_type_hint })
      expect(await refreshes(clientId, tokens.refresh_token)).toBe(false)
    },
  )

  it.each(['nonsense', `oauth:${'a'.repeat(65)}`, 'x'.repeat(5000)])(
    'is 200 for a token that nobody knows [T21] (2.2)',
    async (token) => {
      const { client_id } = await client.register()
      expect((await revoke(client_id, token)).status).toBe(200)
    },
  )

  it('refuses the token of another client, and leaves it alone (2.1)', async () => {
    const { tokens } = await client.connect()
    const { client_id } = await client.register()
    const response = await revoke(client_id, tokens.refresh_token)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
    expect(await admitted(tokens.access_token)).toBe(true)
  })

  it.each([
    ['no token', { token: undefined }, 400, 'invalid_request'],
    ['a client that nobody knows', { client_id: 'made-up' }, 401, 'invalid_client'],
  ])('refuses %s, and leaves the token alone', async (_, changes, status, error) => {
    const { clientId, tokens } = await client.connect()
    const response = await client.postForm('/oauth/revoke', {
      client_id: clientId,
      token: tokens.refresh_token,
      ...changes,
    })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error })
    expect(await admitted(tokens.access_token)).toBe(true)
  })
})
