/** The emulator as the client of an OpenID Connect provider. */
export const CLIENT = { client_id: 'access', client_secret: 'a secret: of/the+client' }

/** An `oidc` provider of the emulator's settings, in the API's own members. */
export function oidcSetting(
  issuer: string,
  config: Record<string, unknown> = {},
  { id = 'corporate', name = 'Corporate' } = {},
) {
  return {
    id,
    name,
    type: 'oidc',
    config: {
      auth_url: `${issuer}/auth`,
      token_url: `${issuer}/token`,
      certs_url: `${issuer}/jwks`,
      ...CLIENT,
      scopes: ['openid', 'email', 'profile'],
      claims: ['department', 'groups'],
      pkce_enabled: true,
      ...config,
    },
  }
}
