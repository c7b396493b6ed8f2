import { beforeEach, describe, expect, it } from 'vitest'
import { findServiceToken, serviceTokenSchema } from '../../src/access/service-token'
import { hashSecret } from '../../src/access/token'
import { sha256 } from '../../src/oauth/encoding'
import { isClientSecret, newClientSecret, type Client as Registered } from '../../src/store/clients'
import { bearer, Client } from '../support/client'
import { controlOf } from '../support/control'
import { DashClient, SECRET, withClients } from '../support/dashboard'
import { ADA, APP, emulator } from '../support/emulator'
import { serviceToken } from '../support/service-token'

const API_TOKEN = 'an-api-token-of-this-test'
const CONFIDENTIAL = {
  client_id: '9'.repeat(32),
  token_endpoint_auth_method: 'client_secret_post',
  client_secret: SECRET,
}
const world = emulator(withClients({}, CONFIDENTIAL))
const client = new Client(world.fetch)
const control = controlOf(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

// Hashes are compared, so the time that a comparison takes reveals nothing about a secret. A stored
// hash is no credential: sent as one, it is hashed again.
describe('Only the hash is stored and compared, so a stored value is no credential:', () => {
  it('the secret of a client of Managed OAuth', async () => {
    const { secret, secretHash } = await newClientSecret()
    const registered = { secretHash } as Registered
    expect(secretHash).toBe(await hashSecret(secret))
    expect(await isClientSecret(registered, secret)).toBe(true)
    expect(await isClientSecret(registered, secretHash)).toBe(false)
    expect(await isClientSecret({ secretHash: secret } as Registered, secret)).toBe(false)
  })

  it('the secret of a service token', async () => {
    const token = await serviceTokenSchema.parseAsync(serviceToken())
    const { client_id: clientId, client_secret: clientSecret } = serviceToken()
    expect(token.secretHash).toBe(await sha256(clientSecret))
    const find = (secret: string, tokens = [token]) =>
      findServiceToken(tokens, { clientId, clientSecret: secret }, 0)
    expect(await find(clientSecret)).toBe(token)
    expect(await find(token.secretHash)).toBeUndefined()
    expect(await find(clientSecret, [{ ...token, secretHash: clientSecret }])).toBeUndefined()
  })

  it("the secret of a client of the dashboard's OAuth server", async () => {
    const dash = new DashClient(world.fetch, '9'.repeat(32))
    expect((await dash.exchange('x', { client_secret: await sha256(SECRET) })).status).toBe(401)
    expect((await dash.exchange('x', { client_secret: SECRET })).status).toBe(400)
  })

  it('an API token', async () => {
    const { fetch } = emulator({ API_TOKENS: [{ name: 'CI', token: API_TOKEN, permissions: [] }] })
    const status = async (token: string) =>
      (await fetch(`${APP}/client/v4/user/tokens/verify`, { headers: bearer(token) })).status
    expect(await status(API_TOKEN)).toBe(200)
    expect(await status(await sha256(API_TOKEN))).toBe(401)
  })

  it('codes, access tokens and refresh tokens, none of which is in the state', async () => {
    const { client_secret } = await client.register({
      token_endpoint_auth_method: 'client_secret_post',
    })
    const { tokens } = await client.connect()
    const dashTokens = await new DashClient(world.fetch).connect()
    const state = await (await control('GET', 'state')).text()
    for (const secret of [
      client_secret,
      tokens.access_token,
      tokens.refresh_token,
      dashTokens.access_token,
      dashTokens.refresh_token,
    ]) {
      expect(secret).toBeTruthy()
      expect(state).not.toContain(secret)
      // The part after the grant's id, which is secret.
      expect(state).not.toContain(secret?.slice(-32))
    }
  })
})
