import type { OAuthClient } from './oauth-client'

// Dashboard: observed [D31], the scopes that wrangler requests. Assumed: the scopes of the catalogue that
// each permits at the API, if the name does not say it.
const COLON_SCOPES: Record<string, string[]> = {
  'account:read': ['account-settings.read'],
  'user:read': ['user-details.read', 'memberships.read'],
  'workers:write': both('workers-scripts', 'workers-kv-storage', 'workers-routes'),
  'workers_kv:write': both('workers-kv-storage'),
  'workers_routes:write': both('workers-routes'),
  'workers_scripts:write': both('workers-scripts'),
  'workers_tail:read': ['workers-tail.read'],
  'd1:write': both('d1'),
  'pages:write': both('page'),
  'zone:read': ['zone.read'],
  'ssl_certs:write': both('account-ssl-and-certificates'),
  'ai:write': both('ai'),
  'ai-search:write': both('ai-search'),
  'ai-search:run': ['ai-search.run'],
  'agent-memory:write': ['agent-memory.write'],
  'queues:write': both('queues'),
  'pipelines:write': both('pipelines'),
  'secrets_store:write': both('secrets-store'),
  'artifacts:write': both('artifacts'),
  'flagship:write': both('flagship'),
  'containers:write': both('containers'),
  'cloudchamber:write': both('cloudchamber'),
  'connectivity:admin': ['connectivity-directory.admin'],
  'email_routing:write': both('email-routing-rule', 'email-routing-address'),
  'email_sending:write': both('email-sending'),
  'browser:write': both('browser-rendering'),
}

/**
 * Wrangler, Cloudflare's own client, which exists in every account. Its scopes have colons, which the
 * API rejects for self-managed clients.
 *
 * Dashboard: observed [D31].
 */
export const WRANGLER: OAuthClient = {
  client_id: '54d11594-84e4-41aa-b438-e81b8fa78ee7',
  account_id: '',
  visibility: 'public',
  client_name: 'Wrangler',
  redirect_uris: ['http://localhost:8976/oauth/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  scopes: [
    'k2.read',
    'k2.write',
    ...Object.keys(COLON_SCOPES),
    'challenge-widgets.write',
    'offline_access',
  ],
  optional_scopes: [],
  token_endpoint_auth_method: 'none',
  secretHashes: [],
}

/**
 * Returns the scopes of the catalogue that granted scopes permit at the API. A scope with a colon stands
 * for one or more; every other one stands for itself.
 */
export function equivalentScopes(scopes: readonly string[]): string[] {
  return [
    ...new Set(
      scopes.flatMap((scope) =>
        Object.hasOwn(COLON_SCOPES, scope) ? (COLON_SCOPES[scope] ?? []) : [scope],
      ),
    ),
  ]
}

function both(...groups: string[]): string[] {
  return groups.flatMap((group) => [`${group}.read`, `${group}.write`])
}
