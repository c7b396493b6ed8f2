/** A client on oauth4webapi, which sends requests with its tokens: `node oauth4webapi.ts <url>`. */
import * as oauth from 'oauth4webapi'
import { CLIENT_METADATA, resourceOf, send } from './callback.ts'
import { sendRequests } from './requests.ts'

const INSECURE = {
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: (to: string, init: object) => send(to, init),
}

const url = process.argv[2] ?? ''

async function discover(): Promise<{ as: oauth.AuthorizationServer; resource: string }> {
  const { issuer, resource } = await resourceOf(url)
  const identifier = new URL(issuer)
  const options = { algorithm: 'oauth2' as const, ...INSECURE }
  const response = await oauth.discoveryRequest(identifier, options)
  return { as: await oauth.processDiscoveryResponse(identifier, response), resource }
}

async function register(as: oauth.AuthorizationServer, redirectUri: string): Promise<oauth.Client> {
  const metadata = {
    ...CLIENT_METADATA,
    redirect_uris: [redirectUri],
    application_type: 'native',
  }
  const response = await oauth.dynamicClientRegistrationRequest(as, metadata, INSECURE)
  return oauth.processDynamicClientRegistrationResponse(response)
}

await sendRequests<oauth.Client>('oauth4webapi', url, (kept, { authorize, redirectUri }) => ({
  async authorize() {
    const { as, resource } = await discover()
    kept.client ??= await register(as, redirectUri)
    const { client } = kept
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()
    const address = new URL(as.authorization_endpoint ?? '')
    address.search = new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: redirectUri,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      resource,
    }).toString()
    const parameters = oauth.validateAuthResponse(as, client, await authorize(address), state)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      parameters,
      redirectUri,
      verifier,
      { additionalParameters: { resource }, ...INSECURE },
    )
    return oauth.processAuthorizationCodeResponse(as, client, response)
  },
  async refresh(token) {
    const { as, resource } = await discover()
    const client = kept.client ?? { client_id: '' }
    const options = { additionalParameters: { resource }, ...INSECURE }
    const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), token, options)
    return oauth.processRefreshTokenResponse(as, client, response)
  },
  codeOf: (error) => (error instanceof oauth.ResponseBodyError ? error.error : undefined),
}))
