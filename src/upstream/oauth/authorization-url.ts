import { codeChallengeOf } from '../../oauth/pkce'
import type { UpstreamClient } from './registration'

/**
 * Returns the address of an authorization at a server.
 *
 * Portal: observed [MP68, MP70]. `resource` is that of the server's metadata, unchanged. Without `scope`, if
 * the client was registered dynamically.
 */
export async function authorizationUrl(
  { config, registration }: UpstreamClient,
  { callback, state, verifier }: { callback: string; state: string; verifier: string },
): Promise<string> {
  const url = new URL(config.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: registration.client_id,
    redirect_uri: callback,
    state,
    code_challenge: await codeChallengeOf(verifier),
    code_challenge_method: 'S256',
    ...(config.resource !== undefined && { resource: config.resource }),
    ...(registration.scope !== undefined && { scope: registration.scope }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url.href
}
