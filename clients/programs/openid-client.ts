/** A client on openid-client, which sends requests with its tokens: `node openid-client.ts <url>`. */
import * as openid from 'openid-client'
import { CLIENT_METADATA, resourceOf, send } from './callback.ts'
import { type Kept, sendRequests } from './requests.ts'

const url = process.argv[2] ?? ''

async function configuration(
  kept: Partial<Kept<openid.ClientMetadata>>,
  redirectUri: string,
): Promise<openid.Configuration> {
  const { issuer } = await resourceOf(url)
  const options = {
    algorithm: 'oauth2' as const,
    execute: [openid.allowInsecureRequests],
    [openid.customFetch]: (to: string, init: object) => send(to, init),
  }
  const none = openid.None()
  const { client } = kept
  if (client) return openid.discovery(new URL(issuer), client.client_id, client, none, options)
  const metadata = {
    ...CLIENT_METADATA,
    redirect_uris: [redirectUri],
    application_type: 'native',
  }
  const found = await openid.dynamicClientRegistration(new URL(issuer), metadata, none, options)
  kept.client = found.clientMetadata()
  return found
}

await sendRequests<openid.ClientMetadata>(
  'openid-client',
  url,
  (kept, { authorize, redirectUri }) => ({
    async authorize() {
      const config = await configuration(kept, redirectUri)
      const { resource } = await resourceOf(url)
      const pkceCodeVerifier = openid.randomPKCECodeVerifier()
      const expectedState = openid.randomState()
      const address = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
        code_challenge_method: 'S256',
        state: expectedState,
        resource,
      })
      const arrived = await authorize(address)
      const checks = { pkceCodeVerifier, expectedState }
      return openid.authorizationCodeGrant(config, arrived, checks, { resource })
    },
    async refresh(token) {
      const { resource } = await resourceOf(url)
      const config = await configuration(kept, redirectUri)
      return openid.refreshTokenGrant(config, token, { resource })
    },
    codeOf: (error) => (error instanceof openid.ResponseBodyError ? error.error : undefined),
  }),
)
