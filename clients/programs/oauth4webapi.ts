/** A client on oauth4webapi, which sends requests with its tokens: `node oauth4webapi.ts <url>`. */
import { setTimeout } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { Credentials, call, listen, resourceOf, send } from './callback.ts'

type Kept = { client: oauth.Client; refresh: string; access: string; port: number }

const CALLS = 6
const PAUSE_MS = 50
const INSECURE = {
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: (to: string, init: object) => send(to, init),
}

const url = process.argv[2] ?? ''
const credentials = new Credentials<Kept>('oauth4webapi')
const kept = credentials.read()
const callback = await listen(kept.port ?? 0)
kept.port = Number(new URL(callback.redirectUri).port)

async function discover(): Promise<{ as: oauth.AuthorizationServer; resource: string }> {
  const { issuer, resource } = await resourceOf(url)
  const identifier = new URL(issuer)
  const options = { algorithm: 'oauth2' as const, ...INSECURE }
  const response = await oauth.discoveryRequest(identifier, options)
  return { as: await oauth.processDiscoveryResponse(identifier, response), resource }
}

async function register(as: oauth.AuthorizationServer): Promise<oauth.Client> {
  const metadata = {
    client_name: 'A client on oauth4webapi',
    redirect_uris: [callback.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }
  const response = await oauth.dynamicClientRegistrationRequest(as, metadata, INSECURE)
  return oauth.processDynamicClientRegistrationResponse(response)
}

async function authorize(): Promise<void> {
  const { as, resource } = await discover()
  kept.client ??= await register(as)
  const { client } = kept
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const address = new URL(as.authorization_endpoint ?? '')
  address.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: callback.redirectUri,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    resource,
  }).toString()
  const parameters = oauth.validateAuthResponse(
    as,
    client,
    await callback.authorize(address),
    state,
  )
  const response = await oauth.authorizationCodeGrantRequest(
    as,
    client,
    oauth.None(),
    parameters,
    callback.redirectUri,
    verifier,
    { additionalParameters: { resource }, ...INSECURE },
  )
  keep(await oauth.processAuthorizationCodeResponse(as, client, response))
}

async function refresh(token: string): Promise<void> {
  const { as, resource } = await discover()
  const client = kept.client ?? { client_id: '' }
  try {
    const options = { additionalParameters: { resource }, ...INSECURE }
    const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, options)
    keep(await oauth.processRefreshTokenResponse(as, client, response))
  } catch (error) {
    if (!(error instanceof oauth.ResponseBodyError)) throw error
    // RFC 6749 5.2: the refresh token, or the client, is no longer valid.
    kept.refresh = undefined
    if (error.error === 'invalid_client') kept.client = undefined
    else if (error.error !== 'invalid_grant') throw error
  }
}

function keep({ access_token, refresh_token }: oauth.TokenEndpointResponse): void {
  Object.assign(kept, { access: access_token, refresh: refresh_token })
  credentials.write(kept)
}

try {
  for (let calls = 0; calls < CALLS; calls++) {
    if (!kept.access || (await call(url, kept.access)) === 401) {
      if (kept.refresh) await refresh(kept.refresh)
      if (!kept.refresh) await authorize()
    }
    await setTimeout(PAUSE_MS)
  }
} finally {
  callback.close()
}
