import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { EMULATED_ACCOUNT_ID } from '../support/dashboard'
import { type Server, startServer } from '../support/server'

// Two third-party clients against the dashboard's OAuth server: the certified OpenID Connect
// client, and the strict one that it is built on. Both are configured to accept plain http.
const CALLBACK = 'http://localhost:53682/callback'
const SCOPE = 'openid user-details.read zone.read offline_access'
const INSECURE = { [oauth.allowInsecureRequests]: true }

let server: Server
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await server.control('POST', 'reset')
  await signIn('allow')
})

describe.each([
  ['none', () => openid.None()],
  ['client_secret_basic', openid.ClientSecretBasic],
  ['client_secret_post', openid.ClientSecretPost],
] as const)('openid-client, by %s', (method, authentication) => {
  async function configured() {
    const client = await register(method)
    const auth = authentication(client.client_secret)
    return openid.discovery(new URL(server.team), client.client_id, undefined, auth, {
      execute: [openid.allowInsecureRequests],
    })
  }

  it('discovers, signs in with PKCE, state and nonce, and accepts the id_token [D1, D25]', async () => {
    const config = await configured()
    const tokens = await authorize(config)
    expect(tokens.scope).toBe(SCOPE)
    expect(tokens.claims()).toMatchObject({
      iss: server.team,
      aud: [config.clientMetadata().client_id],
    })
  })

  it('reads the same sub from userinfo as from the id_token [D5]', async () => {
    const config = await configured()
    const tokens = await authorize(config)
    const sub = String(tokens.claims()?.sub)
    expect(await openid.fetchUserInfo(config, tokens.access_token, sub)).toEqual({ sub })
  })

  it('refreshes, and the API accepts the new access token [D23]', async () => {
    const config = await configured()
    const tokens = await authorize(config)
    const next = await openid.refreshTokenGrant(config, String(tokens.refresh_token))
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect(await user(next.access_token)).toMatchObject({
      success: true,
      result: { id: next.claims()?.sub, email: 'ada@example.com' },
    })
  })

  it('revokes: none of its tokens is valid any longer [D29]', async () => {
    const config = await configured()
    const tokens = await authorize(config)
    await openid.tokenRevocation(config, tokens.access_token)
    await expect(
      openid.refreshTokenGrant(config, String(tokens.refresh_token)),
    ).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
    expect(await user(tokens.access_token)).toMatchObject({ success: false })
  })
})

describe('oauth4webapi', () => {
  it('accepts the metadata as that of OpenID Connect Discovery only [D1]', async () => {
    expect(await discover()).toMatchObject({ issuer: server.team })
  })

  it('needs no PKCE if the client has a secret [D14]', async () => {
    const { client_id, client_secret } = await register('client_secret_basic')
    const client = { client_id }
    const as = await discover()
    const state = oauth.generateRandomState()
    const callback = await follow(
      authorizationUrl(as, { client_id, state, scope: 'zone.read', redirect_uri: CALLBACK }),
    )
    const parameters = oauth.validateAuthResponse(as, client, callback, state)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.ClientSecretBasic(client_secret),
      parameters,
      CALLBACK,
      oauth.nopkce,
      INSECURE,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response)
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: 'zone.read', expires_in: 3600 })
    expect(tokens.refresh_token).toBeUndefined()
  })

  it.each([
    ['the person denied consent', {}, 'deny', 'access_denied'],
    ['a scope is not allowed', { scope: 'dns.write' }, 'allow', 'invalid_scope'],
    ['PKCE is missing', {}, 'allow', 'invalid_request'],
  ] as const)('receives an error because %s [D8, D10]', async (_, changes, consent, error) => {
    await signIn(consent)
    const { client_id } = await register('none')
    const as = await discover()
    const state = oauth.generateRandomState()
    const request = { client_id, state, scope: 'zone.read', redirect_uri: CALLBACK, ...changes }
    const callback = await follow(authorizationUrl(as, request))
    expect(() => oauth.validateAuthResponse(as, { client_id }, callback, state)).toThrow(
      expect.objectContaining({ code: oauth.AUTHORIZATION_RESPONSE_ERROR, error }),
    )
  })
})

async function signIn(consent: 'allow' | 'deny'): Promise<void> {
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com', consent })
}

type Registered = { client_id: string; client_secret: string }

async function register(method: string): Promise<Registered> {
  const path = `/client/v4/accounts/${EMULATED_ACCOUNT_ID}/oauth_clients`
  const response = await server.fetch(server.app + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
    body: JSON.stringify({
      client_name: 'Test client',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [CALLBACK],
      response_types: ['code', 'id_token'],
      scopes: ['user-details.read', 'zone.read'],
      token_endpoint_auth_method: method,
    }),
  })
  if (!response.ok) throw new Error(await response.text())
  return ((await response.json()) as { result: Registered }).result
}

async function authorize(config: openid.Configuration) {
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const expectedNonce = openid.randomNonce()
  const url = openid.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    state: expectedState,
    nonce: expectedNonce,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true }
  return openid.authorizationCodeGrant(config, await follow(url), checks)
}

async function discover(): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(server.team)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...INSECURE })
  return oauth.processDiscoveryResponse(issuer, response)
}

function authorizationUrl(as: oauth.AuthorizationServer, parameters: Record<string, string>): URL {
  const url = new URL(String(as.authorization_endpoint))
  url.search = new URLSearchParams({ response_type: 'code', ...parameters }).toString()
  return url
}

async function follow(url: URL): Promise<URL> {
  return new URL(String((await server.fetch(url.href)).headers.get('location')))
}

async function user(accessToken: string): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await server.fetch(`${server.app}/client/v4/user`, { headers })).json()
}
