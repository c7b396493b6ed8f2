import { withClients } from '../../support/dashboard'
import { application } from '../../support/emulator'
import { ALLOW, SERVICE_AUTH, serviceToken } from '../../support/service-token'

export const NAVIGATION = {
  accept: 'text/html,application/xhtml+xml',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
}
export const PAGE = 'https://page.example'

/** A preflight of a web page. */
export const preflight = (method: string, origin = PAGE, asked = 'authorization') => ({
  origin,
  'access-control-request-method': method,
  'access-control-request-headers': asked,
})

const PEOPLE = { id: 'people', name: 'People', type: 'cloudflare' }
const PIN = { id: 'pin', name: 'Code', type: 'onetimepin' }
export const SECRET = 'cf-oauth-secret-example'
export const SECRET_CLIENT = '1a0b0c0d0e0f00010203040506070809'
export const POST_CLIENT = '2a0b0c0d0e0f00010203040506070809'

/** Applications of every kind, people, machines and OAuth clients. */
export const SETTINGS = {
  ...withClients(
    {
      allowed_cors_origins: [PAGE],
      post_logout_redirect_uris: ['https://app.example/bye'],
      logo_uri: 'https://logo.example/logo.png',
      scopes: ['zone.read', 'dns.write', 'user-details.read', 'openid'],
    },
    {
      client_id: SECRET_CLIENT,
      client_name: 'Confidential',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: SECRET,
    },
    {
      client_id: POST_CLIENT,
      client_name: 'Posting',
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: SECRET,
    },
  ),
  IDENTITY_PROVIDERS: [PEOPLE, PIN],
  SERVICE_TOKENS: [
    serviceToken(),
    serviceToken({
      id: '22222222-2222-4222-8222-222222222222',
      name: 'Old',
      client_id: 'fedcba9876543210fedcba9876543210.access',
      expires_at: '2026-01-01T00:00:00Z',
    }),
  ],
  APPLICATIONS: [
    application(),
    application({ name: 'Off', domain: 'off.example', oauth_configuration: undefined }),
    application({ name: 'Machines', domain: 'machines.example', policies: [SERVICE_AUTH] }),
    application({
      name: 'Both',
      domain: 'both.example',
      policies: [ALLOW, SERVICE_AUTH],
      service_auth_401_redirect: true,
    }),
    application({
      name: 'Cors',
      domain: 'cors.example',
      cors_headers: {
        allowed_origins: [PAGE],
        allowed_methods: ['GET', 'POST'],
        allowed_headers: ['authorization'],
        allow_credentials: true,
        max_age: 600,
      },
    }),
    application({ name: 'Handed', domain: 'handed.example', options_preflight_bypass: true }),
    application({
      name: 'Open',
      domain: 'open.example',
      policies: [{ name: 'Everybody', decision: 'bypass', include: [{ everyone: {} }] }],
    }),
    application({ name: 'Path', domain: 'path.example/deep/er' }),
    application({ name: 'Away', domain: 'away.example', origin_url: 'http://127.0.0.1:9' }),
  ],
}
