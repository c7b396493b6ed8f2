/** A client on openid-client, which sends requests with its tokens: `node openid-client.ts <url>`. */
import { setTimeout } from 'node:timers/promises'
import * as openid from 'openid-client'
import { Credentials, call, listen, resourceOf, send } from './callback.ts'

type Kept = { client: openid.ClientMetadata; refresh: string; access: string; port: number }

const CALLS = 6
const PAUSE_MS = 50

const url = process.argv[2] ?? ''
const credentials = new Credentials<Kept>('openid-client')
const kept = credentials.read()
const callback = await listen(kept.port ?? 0)
kept.port = Number(new URL(callback.redirectUri).port)

async function configuration(): Promise<openid.Configuration> {
  const { issuer } = await resourceOf(url)
  const options = {
    algorithm: 'oauth2' as const,
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: (to: string, init: object) => send(to, init),
  }
  const { client } = kept
  if (client) {
    const none = openid.None()
    return openid.discovery(new URL(issuer), client.client_id, client, none, options)
  }
  const metadata = {
    client_name: 'A client on openid-client',
    redirect_uris: [callback.redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
  }
  const none = openid.None()
  const found = await openid.dynamicClientRegistration(new URL(issuer), metadata, none, options)
  kept.client = found.clientMetadata()
  return found
}

async function authorize(): Promise<void> {
  const config = await configuration()
  const { resource } = await resourceOf(url)
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const address = openid.buildAuthorizationUrl(config, {
    redirect_uri: callback.redirectUri,
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state: expectedState,
    resource,
  })
  const arrived = await callback.authorize(address)
  const checks = { pkceCodeVerifier, expectedState }
  keep(await openid.authorizationCodeGrant(config, arrived, checks, { resource }))
}

async function refresh(token: string): Promise<void> {
  const { resource } = await resourceOf(url)
  try {
    keep(await openid.refreshTokenGrant(await configuration(), token, { resource }))
  } catch (error) {
    if (!(error instanceof openid.ResponseBodyError)) throw error
    // RFC 6749 5.2: the refresh token, or the client, is no longer valid.
    kept.refresh = undefined
    if (error.error === 'invalid_client') kept.client = undefined
    else if (error.error !== 'invalid_grant') throw error
  }
}

function keep({ access_token, refresh_token }: openid.TokenEndpointResponse): void {
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
