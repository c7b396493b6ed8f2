import { beforeEach, describe, expect, it } from 'vitest'
import { Client, REDIRECT_URI, tokensOf } from '../support/client'
import { ADA, APP, application, emulator, stopClock } from '../support/emulator'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

describe('Exchanging a code', () => {
  it('returns exactly six members [T1, T3, T4, T6]', async () => {
    const { client_id } = await client.register()
    const response = await client.exchange(client_id, await client.code(client_id))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 900,
      scope: '',
      resource: `${APP}/`,
      refresh_token: expect.any(String),
    })
  })

  it('issues opaque tokens that start with oauth:, 71 characters each [T2]', async () => {
    const { tokens } = await client.connect()
    expect(tokens.access_token).toMatch(/^oauth:[\w-]{65}$/)
    expect(tokens.refresh_token).toMatch(/^oauth:[\w-]{65}$/)
    expect(tokens.refresh_token).not.toBe(tokens.access_token)
  })

  it.each([
    [APP, `${APP}/`],
    [`${APP}/`, `${APP}/`],
    [`${APP}/mcp`, `${APP}/mcp`],
  ])('returns the resource %s normalised: %s [T5]', async (resource, normalised) => {
    const { client_id } = await client.register()
    const code = await client.code(client_id, { resource })
    const tokens = await tokensOf(client.exchange(client_id, code))
    expect(tokens.resource).toBe(normalised)
  })

  it("follows the application's access_token_lifetime [T6]", async () => {
    const short = new Client(
      emulator({
        APPLICATIONS: [
          application({
            oauth_configuration: {
              dynamic_client_registration: { allow_any_on_localhost: true },
              grant: { access_token_lifetime: '5m' },
            },
          }),
        ],
      }).fetch,
    )
    expect((await short.connect()).tokens.expires_in).toBe(300)
  })

  it('is not cached, and can be read by a web page (RFC 6749 5.1) [M17]', async () => {
    const { client_id } = await client.register()
    const { headers } = await client.exchange(client_id, await client.code(client_id))
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('content-type')).toBe('application/json')
  })

  it.each(['client_secret_basic', 'client_secret_post'])(
    'works for a confidential client: %s',
    async (method) => {
      const { client_id, client_secret = '' } = await client.register({
        token_endpoint_auth_method: method,
      })
      const code = await client.code(client_id)
      const response = await (method === 'client_secret_post'
        ? client.exchange(client_id, code, { client_secret })
        : client.exchange(
            client_id,
            code,
            { client_id: undefined },
            { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
          ))
      expect(response.status).toBe(200)
    },
  )

  it('issues a refresh token to a client that registered without that grant [T22]', async () => {
    const { tokens } = await client.connect({ grant_types: ['authorization_code'] })
    expect(tokens).toHaveProperty('refresh_token')
  })

  it('is possible for one minute (setting CODE_LIFETIME)', async () => {
    const { client_id } = await client.register()
    const [early, late] = [await client.code(client_id), await client.code(client_id)]
    await world.advance('59s')
    expect((await client.exchange(client_id, early)).status).toBe(200)
    await world.advance('1s')
    await expect(client.exchange(client_id, late)).toBeRefused('invalid_grant', /expired/)
  })

  it('succeeds once: the second redemption revokes the tokens of the first [T8] (RFC 6749 4.1.2)', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const tokens = await tokensOf(client.exchange(client_id, code))
    await expect(client.exchange(client_id, code)).toBeRefused('invalid_grant')
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
    await expect(client.refresh(client_id, tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('of a used code revokes its tokens even after the code has expired', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const tokens = await tokensOf(client.exchange(client_id, code))
    await world.advance('10m')
    await expect(client.exchange(client_id, code)).toBeRefused('invalid_grant', /used before/)
    await expect(client.request('/whoami', tokens.access_token)).not.toBeAdmitted()
  })
})

describe('An exchange that is refused leaves the code unused', () => {
  it.each([
    ['another verifier [T9]', { code_verifier: 'wrong' }, 'invalid_grant', /code_verifier/],
    ['no verifier', { code_verifier: undefined }, 'invalid_request', /code_verifier/],
    [
      'another redirect_uri [T10]',
      { redirect_uri: 'http://localhost:1/' },
      'invalid_grant',
      /redirect_uri/,
    ],
    ['no redirect_uri', { redirect_uri: undefined }, 'invalid_request', /redirect_uri is missing/],
    ['a resource elsewhere', { resource: 'ftp://x/' }, 'invalid_target', /resource/],
    ['no grant_type', { grant_type: undefined }, 'invalid_request', /grant_type is missing/],
    ['another grant_type', { grant_type: 'password' }, 'unsupported_grant_type', /grant_type/],
    [
      'a grant_type named like a method',
      { grant_type: 'toString' },
      'unsupported_grant_type',
      /grant_type/,
    ],
    ['no code', { code: undefined }, 'invalid_request', /code is missing/],
    ['an unknown client', { client_id: 'made-up' }, 'invalid_client', /client_id/],
    ['no client', { client_id: undefined }, 'invalid_client', /client_id is missing/],
    ['a secret that the client does not have', { client_secret: 'x' }, 'invalid_client', /none/],
  ])('%s', async (_, changes, error, description) => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    await expect(client.exchange(client_id, code, changes)).toBeRefused(error, description)
    expect((await client.exchange(client_id, code)).status).toBe(200)
  })

  it('another client', async () => {
    const [{ client_id }, other] = [await client.register(), await client.register()]
    const code = await client.code(client_id)
    await expect(client.exchange(other.client_id, code)).toBeRefused(
      'invalid_grant',
      /another client/,
    )
    expect((await client.exchange(client_id, code)).status).toBe(200)
  })

  it('the resource of another application (RFC 8707 2.2)', async () => {
    const two = new Client(
      emulator({
        APPLICATIONS: [application(), application({ name: 'Other', domain: 'other.example' })],
      }).fetch,
    )
    const { client_id } = await two.register()
    const code = await two.code(client_id)
    const elsewhere = { resource: 'http://other.example/' }
    await expect(two.exchange(client_id, code, elsewhere)).toBeRefused('invalid_target')
    expect((await two.exchange(client_id, code)).status).toBe(200)
  })

  type Sent = { form?: Record<string, string>; headers?: Record<string, string> }
  const basic = (text: string): Sent => ({ headers: { authorization: `Basic ${btoa(text)}` } })
  it.each<[string, string, (id: string, secret: string) => Sent]>([
    ['a wrong secret', 'post', (id) => ({ form: { client_id: id, client_secret: 'wrong' } })],
    ['no secret', 'post', (id) => ({ form: { client_id: id } })],
    ['a secret in the header', 'post', (id, secret) => basic(`${id}:${secret}`)],
    [
      'a secret in the body',
      'basic',
      (id, secret) => ({ form: { client_id: id, client_secret: secret } }),
    ],
    ['a wrong secret in the header', 'basic', (id) => basic(`${id}:wrong`)],
    ['a header without a colon', 'basic', (id) => basic(id)],
    ['a header that is not Base64', 'basic', () => ({ headers: { authorization: 'Basic %%%' } })],
  ])('of a confidential client with %s (client_secret_%s)', async (_, method, send) => {
    const { client_id, client_secret = '' } = await client.register({
      token_endpoint_auth_method: `client_secret_${method}`,
    })
    const { form = {}, headers = {} } = send(client_id, client_secret)
    const code = await client.code(client_id)
    const exchange = (sent: Sent) =>
      client.exchange(client_id, code, { client_id: undefined, ...sent.form }, sent.headers)
    const response = await exchange({ form, headers })
    expect(response.headers.get('www-authenticate')).toBe('Basic realm="OAuth"')
    await expect(response).toBeRefused('invalid_client')
    const right =
      method === 'basic'
        ? basic(`${client_id}:${client_secret}`)
        : { form: { client_id, client_secret } }
    expect((await exchange(right)).status).toBe(200)
  })

  it('two ways of authentication at once (RFC 6749 2.3)', async () => {
    const { client_id, client_secret } = await client.register({
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const authorization = `Basic ${btoa(`${client_id}:${client_secret}`)}`
    const code = await client.code(client_id)
    const twice = await client.exchange(client_id, code, { client_secret }, { authorization })
    await expect(twice).toBeRefused('invalid_request')
  })
})

describe('An invalid code', () => {
  it.each(['x', 'not-a-code', 'a'.repeat(64), 'a'.repeat(66), `${'a'.repeat(64)}!`])(
    'of a wrong form is refused as malformed: %s [T7]',
    async (code) => {
      const { client_id } = await client.register()
      const response = await client.exchange(client_id, code)
      expect(response.status).toBe(400)
      expect(await response.json()).toEqual({
        error: 'invalid_grant',
        error_description: 'Invalid authorization code format',
      })
    },
  )

  it('of the right form is refused as invalid', async () => {
    const { client_id } = await client.register()
    await expect(client.exchange(client_id, 'a'.repeat(65))).toBeRefused('invalid_grant', /invalid/)
  })

  it('cannot be forged from the id of a grant', async () => {
    const { client_id } = await client.register()
    const code = await client.code(client_id)
    const forged = code.slice(0, 22) + 'a'.repeat(43)
    await expect(client.exchange(client_id, forged)).toBeRefused('invalid_grant')
    expect((await client.exchange(client_id, code)).status).toBe(200)
  })

  it('without PKCE is refused with a verifier (RFC 9700 2.1.1)', async () => {
    const { client_id, client_secret } = await client.register({
      token_endpoint_auth_method: 'client_secret_post',
    })
    const none = { code_challenge: undefined, code_challenge_method: undefined }
    const code = await client.code(client_id, none)
    await expect(client.exchange(client_id, code, { client_secret })).toBeRefused('invalid_grant')
    const plain = { client_secret, code_verifier: undefined, redirect_uri: REDIRECT_URI }
    expect((await client.exchange(client_id, code, plain)).status).toBe(200)
  })
})
