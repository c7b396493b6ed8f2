import { publicKeySet } from '../access/keys'
import type { AppContext } from '../request/context'

/**
 * Handles `GET /.well-known/openid-configuration`. It describes the engine, which supports more than a
 * client may use.
 *
 * Dashboard: observed [D1], the members up to the authentication methods. Assumed: the other members,
 * which OpenID Connect Discovery 3 requires.
 */
export function openidConfiguration(c: AppContext): Response {
  const { origin } = c.get('dash')
  return c.json({
    issuer: origin,
    authorization_endpoint: `${origin}/oauth2/auth`,
    token_endpoint: `${origin}/oauth2/token`,
    revocation_endpoint: `${origin}/oauth2/revoke`,
    userinfo_endpoint: `${origin}/oauth2/userinfo`,
    jwks_uri: `${origin}/.well-known/jwks.json`,
    device_authorization_endpoint: `${origin}/oauth2/device/auth`,
    end_session_endpoint: `${origin}/oauth2/sessions/logout`,
    grant_types_supported: [
      'authorization_code',
      'implicit',
      'client_credentials',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    scopes_supported: ['offline_access', 'offline', 'openid'],
    claims_supported: ['sub'],
    code_challenge_methods_supported: ['plain', 'S256'],
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'client_secret_basic',
      'private_key_jwt',
      'none',
    ],
    response_types_supported: ['code', 'code id_token', 'id_token', 'token id_token', 'token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  })
}

/**
 * Handles `GET /.well-known/jwks.json`: the keys that verify ID tokens.
 *
 * Not like Cloudflare: these are also the keys of Access's JWTs.
 */
export async function jwks(c: AppContext): Promise<Response> {
  const { keys } = publicKeySet(await c.get('emulator').keys())
  return c.json({ keys })
}
