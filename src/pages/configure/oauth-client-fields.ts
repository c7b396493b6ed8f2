import type { Field } from './fields'

/** The fields in the order and words of "Create your OAuth client" [S3-S7]. */
export const OAUTH_CLIENT_FIELDS: readonly Field[] = [
  { member: 'client_name', label: 'Client name', kind: 'text', isRequired: true },
  {
    member: 'response_types',
    label: 'Response type',
    kind: 'choices',
    options: ['code', 'id_token', 'token'].map(same),
    help: 'The authorization code flow needs `code`.',
  },
  {
    member: 'grant_types',
    label: 'Grant type',
    kind: 'choices',
    options: ['authorization_code', 'refresh_token'].map(same),
    help: 'With `refresh_token`, the client stays connected after its access token has expired.',
  },
  {
    member: 'token_endpoint_auth_method',
    label: 'Token authentication method',
    kind: 'choice',
    options: ['client_secret_basic', 'client_secret_post', 'none'].map(same),
    help: 'A server uses a secret. Browser, mobile, desktop and CLI applications use `none` with PKCE.',
  },
  {
    member: 'redirect_uris',
    label: 'Redirect URLs',
    kind: 'lines',
    isRequired: true,
    placeholder: 'https://example.com/oauth/callback',
    help: 'One a line.',
  },
]

/** The members of the part "Optional fields" [S8]. */
export const OPTIONAL_OAUTH_CLIENT_FIELDS: readonly Field[] = [
  {
    member: 'logo_uri',
    label: 'Logo',
    kind: 'text',
    placeholder: 'https://example.com/logo.png',
    help: 'A public client needs it.',
  },
  {
    member: 'client_uri',
    label: 'Client URL',
    kind: 'text',
    placeholder: 'https://example.com',
    help: 'A public client needs it, with its domain verified.',
  },
  { member: 'policy_uri', label: 'Privacy policy URL', kind: 'text' },
  { member: 'tos_uri', label: 'Terms of service URL', kind: 'text' },
  {
    member: 'post_logout_redirect_uris',
    label: 'Post-logout redirect URLs',
    kind: 'lines',
    help: 'One a line.',
  },
  {
    member: 'allowed_cors_origins',
    label: 'Allowed CORS origins',
    kind: 'lines',
    placeholder: 'https://example.com',
    help: 'The origins whose pages may call the token endpoint. One a line.',
  },
]

/** The two lists of the scope picker. */
export const SCOPE_FIELDS: readonly Field[] = [
  { member: 'scopes', label: 'Scopes', kind: 'choices' },
  { member: 'optional_scopes', label: 'Optional scopes', kind: 'choices' },
]

function same(value: string) {
  return { value, text: value }
}
