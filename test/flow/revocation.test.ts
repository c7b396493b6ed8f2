import { beforeEach, describe, expect, it } from 'vitest'
import { Client, tokensOf } from '../support/client'
import { ADA, emulator } from '../support/emulator'

const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

const revoke = (client_id: string, token: string | undefined, more: Record<string, string> = {}) =>
  client.postForm('/oauth/revoke', { client_id, token, ...more })

describe('Revoking (RFC 7009)', () => {
  it('a refresh token ends its grant; access tokens are refused from the next request [T21]', async () => {
    const { clientId, tokens } = await client.connect()
    const response = await revoke(clientId, tokens.refresh_token)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('an access token ends that token alone', async () => {
    const { clientId, tokens } = await client.connect()
    await revoke(clientId, tokens.access_token)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
  })

  it('a rotated refresh token ends its grant too', async () => {
    const { clientId, tokens } = await client.connect()
    const next = await tokensOf(client.refresh(clientId, tokens.refresh_token))
    await revoke(clientId, tokens.refresh_token)
    await expect(client.request('/whoami', next.access_token)).not.toBeAdmitted()
  })

  it('ends no other grant', async () => {
    const [one, other] = [await client.connect(), await client.connect()]
    await revoke(one.clientId, one.tokens.refresh_token)
    await expect(client.request('/whoami', other.tokens.access_token)).toBeAdmitted()
  })

  it.each(['access_token', 'refresh_token', 'something_else'])(
    'does not depend on token_type_hint=%s (2.1)',
    async (token_type_hint) => {
      const { clientId, tokens } = await client.connect()
      await revoke(clientId, tokens.refresh_token, { token_type_hint })
      await expect(client.refresh(clientId, tokens.refresh_token)).toBeRefused('invalid_grant')
    },
  )

  it.each(['nonsense', `oauth:${'a'.repeat(65)}`, 'x'.repeat(5000)])(
    'is 200 for an unknown token [T21] (2.2)',
    async (token) => {
      const { client_id } = await client.register()
      expect((await revoke(client_id, token)).status).toBe(200)
    },
  )

  it.each(['access_token', 'refresh_token'] as const)(
    'does not take the %s without its prefix, which is an unknown token (2.2)',
    async (name) => {
      const { clientId, tokens } = await client.connect()
      const response = await revoke(clientId, tokens[name].replace('oauth:', ''))
      expect(response.status).toBe(200)
      await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
      expect((await client.refresh(clientId, tokens.refresh_token)).status).toBe(200)
    },
  )

  it('does not reveal the grant whose id a made-up token has (RFC 6819 4.5.3)', async () => {
    const { clientId, tokens } = await client.connect()
    const madeUp = tokens.refresh_token.slice(0, 28) + 'A'.repeat(43)
    expect((await revoke(clientId, madeUp)).status).toBe(200)
    const event = (await world.events()).findLast(({ kind }) => kind === 'revocation')
    expect(event).toMatchObject({ token: 'unknown' })
    expect(event).not.toHaveProperty('grantId')
    expect(event).not.toHaveProperty('email')
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  it('refuses the token of another client, and does not revoke it (2.1)', async () => {
    const { tokens } = await client.connect()
    const { client_id } = await client.register()
    await expect(revoke(client_id, tokens.refresh_token)).toBeRefused('invalid_grant')
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })

  it.each([
    ['no token', { token: undefined }, 'invalid_request'],
    ['an unknown client', { client_id: 'made-up' }, 'invalid_client'],
  ])('refuses %s, and does not revoke the token', async (_, changes, error) => {
    const { clientId, tokens } = await client.connect()
    const response = await client.postForm('/oauth/revoke', {
      client_id: clientId,
      token: tokens.refresh_token,
      ...changes,
    })
    await expect(response).toBeRefused(error)
    await expect(client.request('/whoami', tokens.access_token)).toBeAdmitted()
  })
})
