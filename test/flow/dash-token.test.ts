import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose'
import { beforeEach, describe, expect, it } from 'vitest'
import { bearer, tokensOf, VERIFIER } from '../support/client'
import {
  CALLBACK,
  DASH,
  DashClient,
  type DashTokens,
  SECRET,
  withClients,
} from '../support/dashboard'
import { ADA, emulator, stopClock } from '../support/emulator'

stopClock()
const OTHER_ID = '99999999999999999999999999999999'
const BASIC_ID = '0'.repeat(32)
const POST_ID = '1'.repeat(32)
const clients = withClients(
  {},
  { client_id: OTHER_ID, grant_types: ['authorization_code'] },
  {
    client_id: BASIC_ID,
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: `${SECRET}+/`,
  },
  { client_id: POST_ID, token_endpoint_auth_method: 'client_secret_post', client_secret: SECRET },
)
const world = emulator(clients)
const client = new DashClient(world.fetch)
const basic = new DashClient(world.fetch, BASIC_ID)
const post = new DashClient(world.fetch, POST_ID)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

const GRANT_SENTENCE =
  'The provided authorization grant (e.g., authorization code, resource owner credentials) or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client.'
const CLIENT_SENTENCE =
  'Client authentication failed (e.g., unknown client, no client authentication included, or unsupported authentication method).'

const credentials = (user: string, password: string) => ({
  authorization: `Basic ${btoa(`${user}:${password}`)}`,
})

async function refusal(response: Response) {
  return { status: response.status, ...((await response.json()) as object) }
}
const invalidGrant = (hint: string) => ({
  status: 400,
  error: 'invalid_grant',
  error_description: `${GRANT_SENTENCE}${hint && ` ${hint}`}`,
})

describe('Exchanging a code', () => {
  it('returns tokens of the observed form, marked as emulated [D20, D21]', async () => {
    const response = await client.exchange(await client.code())
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^cfoat_[\w-]{22}-EMULATED-NOT-A-REAL-\.[\w-]{43}$/),
      token_type: 'bearer',
      expires_in: 3600,
      scope: 'zone.read offline_access',
      refresh_token: expect.stringMatching(/^cfort_[\w-]{22}-EMULATED-NOT-A-REAL-\.[\w-]{43}$/),
    })
  })

  it('gives an access token of 93 characters [D20]', async () => {
    expect((await client.connect()).access_token).toHaveLength(93)
  })

  it('returns the observed headers [D28]', async () => {
    const { headers } = await client.exchange(await client.code())
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('pragma')).toBe('no-cache')
  })

  it.each([
    ['offline_access is not asked for', client, { scope: 'zone.read' }],
    [
      'the client has not the grant type',
      new DashClient(world.fetch, OTHER_ID),
      { scope: 'zone.read' },
    ],
  ])('issues no refresh token if %s [D23]', async (_, who, changes) => {
    expect(await who.connect(changes)).not.toHaveProperty('refresh_token')
  })

  it('issues access tokens that last for DASH_ACCESS_TOKEN_LIFETIME [D22]', async () => {
    const short = new DashClient(emulator({ ...clients, DASH_ACCESS_TOKEN_LIFETIME: '5m' }).fetch)
    const tokens = await short.connect()
    expect(tokens.expires_in).toBe(300)
    await world.advance('299s')
    expect(await short.isGood(tokens.access_token)).toBe(true)
    await world.advance('1s')
    expect(await short.isGood(tokens.access_token)).toBe(false)
  })

  it('is possible until CODE_LIFETIME has passed', async () => {
    const code = await client.code()
    await world.advance('60s')
    expect(await refusal(await client.exchange(code))).toEqual(invalidGrant(''))
  })

  it('succeeds once: the second redemption revokes the tokens of the first [D24] (RFC 6749 4.1.2)', async () => {
    const code = await client.code()
    const tokens = await tokensOf<DashTokens>(client.exchange(code))
    expect(await refusal(await client.exchange(code))).toEqual(
      invalidGrant('The authorization code has already been used.'),
    )
    expect(await client.isGood(tokens.access_token)).toBe(false)
    await expect(client.refresh(tokens.refresh_token)).toBeRefused('invalid_grant')
  })

  it('succeeds once of fifty at a time [D24]', async () => {
    const code = await client.code()
    const responses = await Promise.all(Array.from({ length: 50 }, () => client.exchange(code)))
    expect(responses.filter(({ ok }) => ok)).toHaveLength(1)
  })
})

describe('A refused exchange leaves the code unused', () => {
  it.each([
    [
      'another verifier',
      { code_verifier: 'x'.repeat(43) },
      'The PKCE code challenge did not match the code verifier.',
    ],
    [
      'no verifier',
      { code_verifier: undefined },
      'The PKCE code verifier must be at least 43 characters.',
    ],
    [
      'a short verifier',
      { code_verifier: 'x'.repeat(42) },
      'The PKCE code verifier must be at least 43 characters.',
    ],
    [
      'a long verifier',
      { code_verifier: 'x'.repeat(129) },
      'The PKCE code verifier can not be longer than 128 characters.',
    ],
    [
      'a verifier with other characters',
      { code_verifier: '+'.repeat(43) },
      "The PKCE code verifier must only contain [a-Z], [0-9], '-', '.', '_', '~'.",
    ],
    [
      'another redirect URI',
      { redirect_uri: `${CALLBACK}/` },
      "The 'redirect_uri' from this request does not match the one from the authorize request.",
    ],
    [
      'no redirect URI',
      { redirect_uri: undefined },
      "The 'redirect_uri' from this request does not match the one from the authorize request.",
    ],
    [
      'another client',
      { client_id: OTHER_ID },
      'The OAuth 2.0 Client ID from this request does not match the one from the authorize request.',
    ],
  ])('for %s [D28]', async (_, changes, hint) => {
    const code = await client.code()
    expect(await refusal(await client.exchange(code, changes))).toEqual(invalidGrant(hint))
    expect((await client.exchange(code)).status).toBe(200)
  })

  it.each(['', 'garbage', `cfoac_${'x'.repeat(43)}.${'x'.repeat(43)}`])(
    'for a code that was never issued: %j [D28]',
    async (code) => {
      expect(await refusal(await client.exchange(code))).toEqual(invalidGrant(''))
    },
  )

  it('for a verifier if the request had no challenge [D28]', async () => {
    const code = await post.code({ code_challenge: undefined, code_challenge_method: undefined })
    const secret = { client_secret: SECRET }
    expect(await refusal(await post.exchange(code, secret))).toEqual(
      invalidGrant('Unable to find initial PKCE data tied to this request'),
    )
    const without = { ...secret, code_verifier: undefined }
    expect((await post.exchange(code, without)).status).toBe(200)
  })
})

describe('A client authenticates', () => {
  it('by a form-encoded Basic header, or a raw one without reserved characters [D27]', async () => {
    const header = credentials(BASIC_ID, encodeURIComponent(`${SECRET}+/`))
    const code = await basic.code()
    const response = await basic.exchange(code, { client_id: undefined }, header)
    expect(response.status).toBe(200)
    const changed = emulator(
      withClients({
        client_id: BASIC_ID,
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret: SECRET,
      }),
    )
    const raw = new DashClient(changed.fetch, BASIC_ID)
    const rawCode = await raw.code()
    expect((await raw.exchange(rawCode, {}, credentials(BASIC_ID, SECRET))).status).toBe(200)
  })

  it('by client_secret_post [D26]', async () => {
    const code = await post.code()
    expect((await post.exchange(code, { client_secret: SECRET })).status).toBe(200)
  })

  it.each([
    [
      'posts credentials that belong into the header',
      basic,
      { client_secret: 'x' },
      {},
      'client_secret_basic',
      'client_secret_post',
    ],
    [
      'sends credentials in the header that have to be posted',
      post,
      {},
      credentials(POST_ID, SECRET),
      'client_secret_post',
      'client_secret_basic',
    ],
    [
      'has no secret at all, and shows one',
      client,
      { client_secret: 'x' },
      {},
      'none',
      'client_secret_post',
    ],
  ])(
    'by its registered method only, which the refusal names if it %s [D26]',
    async (_, who, changes, headers, registered, shown) => {
      const response = await who.exchange('cfoac_x', changes, headers)
      expect(await refusal(response)).toEqual({
        status: 401,
        error: 'invalid_client',
        error_description: `${CLIENT_SENTENCE} The OAuth 2.0 Client supports client authentication method '${registered}', but method '${shown}' was requested. You must configure the OAuth 2.0 client's 'token_endpoint_auth_method' value to accept '${shown}'.`,
      })
    },
  )

  it.each([
    ['a wrong secret', post, { client_secret: 'wrong' }, ''],
    ['no secret', post, {}, ''],
    [
      'an unknown client',
      client,
      { client_id: 'x' },
      ' The requested OAuth 2.0 Client does not exist.',
    ],
    [
      'no client',
      client,
      { client_id: undefined },
      ' Client credentials missing or malformed in both HTTP Authorization header and HTTP POST body.',
    ],
  ])('or the response is 401: %s [D4, D26]', async (_, who, changes, hint) => {
    expect(await refusal(await who.exchange('cfoac_x', changes))).toEqual({
      status: 401,
      error: 'invalid_client',
      error_description: CLIENT_SENTENCE + hint,
    })
  })

  it('before its code is checked, so a made-up code shows whether the secret is right [D26]', async () => {
    const right = await post.exchange('cfoac_x', { client_secret: SECRET })
    expect(await refusal(right)).toMatchObject({ error: 'invalid_grant' })
  })
})

describe('Grant types that no client of an account may use', () => {
  it.each([
    ['client_credentials', 'unauthorized_client'],
    ['implicit', 'unauthorized_client'],
    ['urn:ietf:params:oauth:grant-type:device_code', 'unauthorized_client'],
    ['password', 'unsupported_grant_type'],
    ['toString', 'unsupported_grant_type'],
    [undefined, 'invalid_request'],
  ])('%s is refused: %s [D6]', async (grant_type, error) => {
    const response = await post.post('/oauth2/token', {
      grant_type,
      client_id: POST_ID,
      client_secret: SECRET,
    })
    expect(await refusal(response)).toMatchObject({ status: 400, error })
  })

  it('the device endpoint is refused as well [D6]', async () => {
    const response = await client.post('/oauth2/device/auth', { client_id: client.clientId })
    expect(await refusal(response)).toEqual(
      invalidGrant(
        "The requested OAuth 2.0 Client does not have the 'urn:ietf:params:oauth:grant-type:device_code' grant.",
      ),
    )
    const unknown = await client.post('/oauth2/device/auth', { client_id: 'x' })
    expect(unknown.status).toBe(401)
  })
})

describe('A refresh', () => {
  const used = invalidGrant('The refresh token was already used.')

  it('rotates: new tokens of the same scope, and the old access token stays valid [D23]', async () => {
    const first = await client.connect()
    const response = await client.refresh(first.refresh_token)
    const next = (await response.json()) as DashTokens
    expect(next).toMatchObject({ scope: 'zone.read offline_access', expires_in: 3600 })
    expect(next.refresh_token).not.toBe(first.refresh_token)
    expect(await client.isGood(next.access_token)).toBe(true)
    expect((await client.refresh(next.refresh_token)).status).toBe(200)
  })

  it('with a used token revokes the grant [D24]', async () => {
    const first = await client.connect()
    const next = await tokensOf<DashTokens>(client.refresh(first.refresh_token))
    expect(await refusal(await client.refresh(first.refresh_token))).toEqual(used)
    expect(await client.isGood(next.access_token)).toBe(false)
    expect(await refusal(await client.refresh(next.refresh_token))).toEqual(used)
    const kinds = (await world.events()).map(({ kind, by }) => [kind, by])
    expect(kinds).toContainEqual(['grant-revoked', 'refresh-token-reuse'])
    expect(kinds).toContainEqual(['token-of-a-revoked-grant', undefined])
    expect(kinds).not.toContainEqual(['token-request-refused', undefined])
  })

  it('with a used token gets the same pair within REFRESH_TOKEN_GRACE', async () => {
    const grace = new DashClient(emulator({ ...clients, REFRESH_TOKEN_GRACE: '10s' }).fetch)
    const { refresh_token } = await grace.connect()
    const [a, b] = await Promise.all([grace.refresh(refresh_token), grace.refresh(refresh_token)])
    expect(await a.json()).toEqual(await b.json())
  })

  it('succeeds once of fifty at a time', async () => {
    const { refresh_token } = await client.connect()
    const responses = await Promise.all(
      Array.from({ length: 50 }, () => client.refresh(refresh_token)),
    )
    expect(responses.filter(({ ok }) => ok)).toHaveLength(1)
  })

  it.each(['', 'garbage', `cfort_${'x'.repeat(22)}-EMULATED-NOT-A-REAL-.${'x'.repeat(43)}`])(
    'is refused for a token that was never a refresh token: %j [D28]',
    async (token) => {
      expect(await refusal(await client.refresh(token))).toEqual(
        invalidGrant('The refresh token is malformed or not valid.'),
      )
    },
  )

  it('is refused for an access token, which stays valid', async () => {
    const { access_token } = await client.connect()
    await expect(client.refresh(access_token)).toBeRefused('invalid_grant')
    expect(await client.isGood(access_token)).toBe(true)
  })

  it('is refused to another client, and leaves the token valid [D28]', async () => {
    const { refresh_token } = await client.connect()
    const response = await post.refresh(refresh_token, { client_secret: SECRET })
    expect(await refusal(response)).toEqual(
      invalidGrant(
        'The OAuth 2.0 Client ID from this request does not match the ID during the initial token issuance.',
      ),
    )
    expect((await client.refresh(refresh_token)).status).toBe(200)
  })

  it.each([
    ['another client asks', clients],
    ['the client has lost a scope', withClients({ scopes: ['dns.write'] })],
  ])(
    'with a made-up token and the id of a grant is refused as unknown if %s',
    async (when, vars) => {
      const { refresh_token } = await client.connect()
      const madeUp = refresh_token.slice(0, -43) + 'A'.repeat(43)
      const { fetch } = emulator(vars)
      const response =
        when === 'another client asks'
          ? await post.refresh(madeUp, { client_secret: SECRET })
          : await new DashClient(fetch).refresh(madeUp)
      expect(await refusal(response)).toEqual(
        invalidGrant('The refresh token is malformed or not valid.'),
      )
    },
  )

  it('is refused 30 days after the authorization, and the event gives the reason', async () => {
    const { refresh_token } = await client.connect()
    await world.advance('719h')
    const next = await tokensOf<DashTokens>(client.refresh(refresh_token))
    await world.advance('1h')
    expect(await refusal(await client.refresh(next.refresh_token))).toEqual(
      invalidGrant('The refresh token expired.'),
    )
    expect(await world.events()).toContainEqual(
      expect.objectContaining({ kind: 'token-expired', ...ADA, path: '/oauth2/token' }),
    )
  })

  it('is refused once the client has lost a scope of the grant [D34]', async () => {
    const { refresh_token } = await client.connect()
    const changed = emulator(withClients({ scopes: ['dns.write'] }))
    const response = await new DashClient(changed.fetch).refresh(refresh_token)
    expect(await refusal(response)).toMatchObject({ status: 400, error: 'invalid_scope' })
  })
})

describe('An id_token', () => {
  const keys = () =>
    createRemoteJWKSet(new URL(`${DASH}/.well-known/jwks.json`), { [customFetch]: world.fetch })

  it('comes with openid, is signed by a published key, and names subject and audience [D25]', async () => {
    const scope = 'openid zone.read offline_access'
    const tokens = await client.connect({ scope, nonce: 'a-nonce' })
    const { payload, protectedHeader } = await jwtVerify(tokens.id_token, keys(), {
      issuer: DASH,
      audience: client.clientId,
    })
    const userinfo = await (await client.userinfo(tokens.access_token)).json()
    expect(userinfo).toEqual({ sub: payload.sub })
    expect(payload).toMatchObject({ nonce: 'a-nonce', auth_time: expect.any(Number) })
    expect(payload).not.toHaveProperty('email')
    expect(protectedHeader.alg).toBe('RS256')
  })

  it('comes with a refresh too, without a nonce (OpenID Connect Core 12.2)', async () => {
    const scope = 'openid offline_access'
    const { refresh_token } = await client.connect({ scope, nonce: 'a-nonce' })
    const next = await tokensOf<DashTokens>(client.refresh(refresh_token))
    const { payload } = await jwtVerify(next.id_token, keys())
    expect(payload).not.toHaveProperty('nonce')
  })

  it('does not come without openid [D25]', async () => {
    expect(await client.connect()).not.toHaveProperty('id_token')
  })
})

describe('userinfo', () => {
  it('returns sub alone [D5]', async () => {
    const { access_token } = await client.connect()
    const response = await client.userinfo(access_token)
    expect(await response.json()).toEqual({ sub: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })

  it.each(['', 'garbage', `cfoat_${'x'.repeat(22)}-EMULATED-NOT-A-REAL-.${'x'.repeat(43)}`])(
    'responds with 401 to a token that is no access token: %j',
    async (token) => {
      const response = await client.userinfo(token)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/)
    },
  )

  it('records an event for an expired token', async () => {
    const { access_token } = await client.connect()
    await world.advance('1h')
    expect((await client.userinfo(access_token)).status).toBe(401)
    expect(await world.events()).toContainEqual(
      expect.objectContaining({ kind: 'token-expired', ...ADA, path: '/oauth2/userinfo' }),
    )
  })
})

describe('Web pages', () => {
  const origin = 'https://app.example'
  const browser = new DashClient(
    emulator(withClients({ allowed_cors_origins: [origin] }, { client_id: OTHER_ID })).fetch,
  )
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin')
  const preflight = (path: string, from = origin, method = 'POST') =>
    browser.fetch(DASH + path, {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': method },
    })
  const userinfo = (token: string, from = origin) =>
    browser.fetch(`${DASH}/oauth2/userinfo`, { headers: { ...bearer(token), origin: from } })

  it('of the origins that a client has registered can read its tokens, errors included [C17]', async () => {
    const code = await browser.code()
    expect(allowed(await browser.exchange(code, {}, { origin }))).toBe(origin)
    expect(allowed(await browser.exchange('x', {}, { origin }))).toBe(origin)
  })

  it('of these origins can read revocations and userinfo, errors included [C17]', async () => {
    const { access_token, refresh_token } = await browser.connect()
    expect(allowed(await userinfo(access_token))).toBe(origin)
    const form = { token: refresh_token, client_id: browser.clientId }
    expect(allowed(await browser.post('/oauth2/revoke', form, { origin }))).toBe(origin)
    const refused = await userinfo(access_token)
    expect([refused.status, allowed(refused)]).toEqual([401, origin])
  })

  it.each([
    ['another origin', {}, `${origin}:444`],
    ['another client', { client_id: OTHER_ID }, origin],
  ])('of %s cannot', async (_, changes, from) => {
    expect(allowed(await browser.exchange('x', changes, { origin: from }))).toBeNull()
    const form = { token: 'x', client_id: browser.clientId, ...changes }
    expect(allowed(await browser.post('/oauth2/revoke', form, { origin: from }))).toBeNull()
  })

  it('of another origin, or with a token of no client, cannot read userinfo', async () => {
    const { access_token } = await browser.connect()
    expect(allowed(await userinfo(access_token, `${origin}:444`))).toBeNull()
    expect(allowed(await userinfo('x'))).toBeNull()
  })

  it.each([
    ['/oauth2/token', 'POST'],
    ['/oauth2/revoke', 'POST'],
    ['/oauth2/userinfo', 'GET'],
  ])(
    'may send a preflight to %s if any client has registered their origin',
    async (path, method) => {
      const response = await preflight(path, origin, method)
      expect([response.status, allowed(response)]).toEqual([204, origin])
      expect(response.headers.get('access-control-allow-methods')).toContain(method)
      expect(allowed(await preflight(path, 'https://evil.example', method))).toBeNull()
    },
  )

  it.each(['/.well-known/openid-configuration', '/.well-known/jwks.json'])(
    'of every origin can read %s [C21]',
    async (path) => {
      const response = await browser.fetch(DASH + path, {
        headers: { origin: 'https://x.example' },
      })
      expect([response.status, allowed(response)]).toEqual([200, '*'])
      expect((await preflight(path, 'https://x.example', 'GET')).status).toBe(204)
    },
  )
})

it('Of repeated parameters, the first is used [D33]', async () => {
  const code = await client.code()
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    client_id: client.clientId,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })
  form.append('code', 'another')
  const response = await world.fetch(`${DASH}/oauth2/token`, { method: 'POST', body: form })
  expect(response.status).toBe(200)
})
