import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { REDIRECT_URI } from '../support/client'
import { type Server, startServer } from '../support/server'

// oauth4webapi is the strictest client available: it checks every `must` of the RFCs. Plain http is
// the only exception that has to be configured.
const INSECURE = { [oauth.allowInsecureRequests]: true }

let server: Server
let as: oauth.AuthorizationServer
beforeAll(async () => {
  server = await startServer()
  as = await discover(server.team)
})
afterAll(() => server?.stop())
beforeEach(async () => {
  await server.control('POST', 'reset')
  await signIn('allow')
})

describe('Discovery', () => {
  it('accepts the metadata of the team domain [RFC 8414 3.3, M9, M12]', async () => {
    expect(await discover(server.team)).toMatchObject({
      issuer: server.team,
      token_endpoint: `${server.team}/cdn-cgi/access/oauth/token`,
      code_challenge_methods_supported: ['S256'],
    })
  })

  it("rejects the same metadata on the application's host: its issuer is another [M10]", async () => {
    await expect(discover(server.app)).rejects.toMatchObject({
      code: oauth.JSON_ATTRIBUTE_COMPARISON,
      cause: { attribute: 'issuer', body: { issuer: server.team } },
    })
  })

  it("accepts the protected resource's metadata for the whole host [RFC 9728 3.3, M7]", async () => {
    expect(await discoverResource(server.app)).toMatchObject({
      resource: server.app,
      authorization_servers: [server.team],
    })
  })

  it('rejects it for /mcp of a hostname application: its resource is the host [M3]', async () => {
    await expect(discoverResource(`${server.app}/mcp`)).rejects.toMatchObject({
      code: oauth.JSON_ATTRIBUTE_COMPARISON,
      cause: { attribute: 'resource', body: { resource: server.app } },
    })
  })

  it('reads the challenge of the 401, with the place of the metadata [RFC 9728 5.1, U2]', async () => {
    await expect(whoami('oauth:none')).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
      status: 401,
      cause: [
        {
          scheme: 'bearer',
          parameters: {
            realm: 'OAuth',
            error: 'invalid_token',
            resource_metadata: `${server.app}/.well-known/cloudflare-access-protected-resource/whoami`,
          },
        },
      ],
    })
  })
})

describe('A public client', () => {
  it('registers and receives no secret [RFC 7591 3.2.1, R1-R3]', async () => {
    const { client } = await register('none')
    expect(client.client_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(client).not.toHaveProperty('client_secret')
  })

  it('receives tokens by code and PKCE, and is admitted with them [RFC 6749 4.1, A10, T1-T6]', async () => {
    const { tokens } = await authorize(await register('none'))
    expect(tokens).toMatchObject({
      token_type: 'bearer',
      expires_in: 900,
      scope: '',
      resource: `${server.app}/`,
    })
    const { claims, headers } = await whoami(tokens.access_token)
    expect(claims).toMatchObject({ email: 'ada@example.com', iss: server.team })
    expect(headers).not.toHaveProperty('authorization')
  })

  it('refreshes once the access token has expired [RFC 6749 6, U9, T12]', async () => {
    const { client, auth } = await register('none')
    const { tokens } = await authorize({ client, auth })
    await server.control('PATCH', 'clock', { advance: '16m' })
    await expect(whoami(tokens.access_token)).rejects.toMatchObject({ status: 401 })
    const next = await refresh(client, auth, tokens.refresh_token)
    expect(next.refresh_token).not.toBe(tokens.refresh_token)
    expect((await whoami(next.access_token)).claims.email).toBe('ada@example.com')
  })

  it('is refused a refresh after the end of the session [T17]', async () => {
    const { client, auth } = await register('none')
    const { tokens } = await authorize({ client, auth })
    await server.control('PATCH', 'clock', { advance: '24h' })
    await expect(refresh(client, auth, tokens.refresh_token)).rejects.toMatchObject({
      code: oauth.RESPONSE_BODY_ERROR,
      status: 400,
      error: 'invalid_grant',
    })
  })

  it('ends its grant by revoking the refresh token [RFC 7009 2.1, T21]', async () => {
    const { client, auth } = await register('none')
    const { tokens } = await authorize({ client, auth })
    await revoke(client, auth, tokens.refresh_token)
    await expect(whoami(tokens.access_token)).rejects.toMatchObject({ status: 401 })
    await expect(refresh(client, auth, tokens.refresh_token)).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  it('ends one access token by revoking it, and continues with the refresh token [RFC 7009 2.1]', async () => {
    const { client, auth } = await register('none')
    const { tokens } = await authorize({ client, auth })
    await revoke(client, auth, tokens.access_token)
    await expect(whoami(tokens.access_token)).rejects.toMatchObject({ status: 401 })
    const next = await refresh(client, auth, tokens.refresh_token)
    expect((await whoami(next.access_token)).claims.email).toBe('ada@example.com')
  })

  it('receives access_denied if the person denies consent [RFC 6749 4.1.2.1]', async () => {
    await signIn('deny')
    await expect(authorize(await register('none'))).rejects.toMatchObject({
      code: oauth.AUTHORIZATION_RESPONSE_ERROR,
      error: 'access_denied',
    })
  })

  it('receives an error if it sends no resource [A1]', async () => {
    const request = authorize(await register('none'), {})
    await expect(request).rejects.toMatchObject({
      error: 'invalid_target',
      error_description: 'No resource parameter found',
    })
  })
})

describe.each([
  ['client_secret_basic', oauth.ClientSecretBasic],
  ['client_secret_post', oauth.ClientSecretPost],
] as const)('A confidential client, by %s [M14]', (method, authentication) => {
  it('receives tokens, refreshes and revokes with its secret [RFC 6749 2.3.1]', async () => {
    const { client, auth } = await register(method)
    const { tokens } = await authorize({ client, auth })
    const next = await refresh(client, auth, tokens.refresh_token)
    expect((await whoami(next.access_token)).claims.email).toBe('ada@example.com')
    await revoke(client, auth, next.refresh_token)
    await expect(whoami(next.access_token)).rejects.toMatchObject({ status: 401 })
  })

  it('is refused with a wrong secret, and its refresh token stays valid [RFC 6749 5.2]', async () => {
    const { client, auth } = await register(method)
    const { tokens } = await authorize({ client, auth })
    await expect(
      refresh(client, authentication('wrong'), tokens.refresh_token),
    ).rejects.toMatchObject({ status: 401, cause: [{ scheme: 'basic' }] })
    expect(await refresh(client, auth, tokens.refresh_token)).toHaveProperty('access_token')
  })

  it('is refused without its secret [RFC 6749 3.2.1]', async () => {
    const { client, auth } = await register(method)
    const { tokens } = await authorize({ client, auth })
    await expect(refresh(client, oauth.None(), tokens.refresh_token)).rejects.toMatchObject({
      status: 401,
    })
  })
})

type Registered = { client: oauth.Client; auth: oauth.ClientAuth }

async function discover(issuer: string): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer)
  const response = await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...INSECURE })
  return oauth.processDiscoveryResponse(url, response)
}

async function discoverResource(resource: string): Promise<oauth.ResourceServer> {
  const url = new URL(resource)
  return oauth.processResourceDiscoveryResponse(
    url,
    await oauth.resourceDiscoveryRequest(url, INSECURE),
  )
}

async function register(method: string): Promise<Registered> {
  const metadata = { redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: method }
  const response = await oauth.dynamicClientRegistrationRequest(as, metadata, INSECURE)
  const client = await oauth.processDynamicClientRegistrationResponse(response)
  const secret = String(client.client_secret)
  switch (client.token_endpoint_auth_method) {
    case 'client_secret_basic':
      return { client, auth: oauth.ClientSecretBasic(secret) }
    case 'client_secret_post':
      return { client, auth: oauth.ClientSecretPost(secret) }
    default:
      return { client, auth: oauth.None() }
  }
}

/** Goes through authorization and exchange as the person of automatic sign-in. */
async function authorize(
  { client, auth }: Registered,
  target: { resource?: string } = { resource: server.app },
): Promise<{ tokens: oauth.TokenEndpointResponse }> {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const url = new URL(String(as.authorization_endpoint))
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: REDIRECT_URI,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...target,
  }).toString()
  const callback = (await server.fetch(url.href)).headers.get('location')
  const parameters = oauth.validateAuthResponse(as, client, new URL(String(callback)), state)
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    auth,
    parameters,
    REDIRECT_URI,
    verifier,
    { ...INSECURE, additionalParameters: { resource: server.app } },
  )
  return { tokens: await oauth.processAuthorizationCodeResponse(as, client, response) }
}

async function refresh(
  client: oauth.Client,
  auth: oauth.ClientAuth,
  refreshToken: string | undefined,
): Promise<oauth.TokenEndpointResponse> {
  const token = String(refreshToken)
  const response = await oauth.refreshTokenGrantRequest(as, client, auth, token, INSECURE)
  return oauth.processRefreshTokenResponse(as, client, response)
}

async function revoke(
  client: oauth.Client,
  auth: oauth.ClientAuth,
  token: string | undefined,
): Promise<void> {
  const response = await oauth.revocationRequest(as, client, auth, String(token), INSECURE)
  await oauth.processRevocationResponse(response)
}

async function whoami(
  accessToken: string,
): Promise<{ headers: Record<string, string>; claims: Record<string, unknown> }> {
  const response = await oauth.protectedResourceRequest(
    accessToken,
    'GET',
    new URL('/whoami', server.app),
    undefined,
    undefined,
    INSECURE,
  )
  return response.json()
}

async function signIn(consent: 'allow' | 'deny'): Promise<void> {
  await server.control('PUT', 'auto-sign-in', { email: 'ada@example.com', consent })
}
