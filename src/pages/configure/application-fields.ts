import type { Field } from './fields'

const TYPES = { self_hosted: 'Self-hosted', mcp: 'MCP server', mcp_portal: 'MCP server portal' }

/** The members of the part "Basic information". */
export const BASIC_FIELDS: readonly Field[] = [
  { member: 'name', label: 'Application name', kind: 'text', isRequired: true },
  {
    member: 'type',
    label: 'Type',
    kind: 'choice',
    options: Object.entries(TYPES).map(([value, text]) => ({ value, text })),
  },
  {
    member: 'hostnames',
    label: 'Public hostnames',
    kind: 'lines',
    placeholder: 'localhost:8788/mcp',
    help: 'One a line, as `host[:port][/path]`; `*` is every host.',
  },
  {
    member: 'session_duration',
    label: 'Session duration',
    kind: 'text',
    placeholder: '24h',
    help: 'How long a browser stays signed in: `24h`, `30m`.',
  },
  {
    member: 'origin_url',
    label: 'Origin URL',
    kind: 'text',
    placeholder: 'http://localhost:3000',
    help: 'The server behind this application. Only the emulator has this member; without it, `ORIGIN_URL` applies.',
  },
]

/** The members of the part "Login methods". */
export const LOGIN_FIELDS = {
  allowed_idps: {
    member: 'allowed_idps',
    label: 'Identity providers',
    kind: 'choices',
    help: 'If none is selected, all are available.',
  },
  auto_redirect_to_identity: {
    member: 'auto_redirect_to_identity',
    label: 'Instant authentication',
    kind: 'checkbox',
    help: 'Skips the login page. It needs exactly one identity provider.',
  },
} as const satisfies Record<string, Field>

const OAUTH = 'oauth_configuration'
const REGISTRATION = `${OAUTH}.dynamic_client_registration`

/** The tab "Advanced settings", in the words of the documentation of Managed OAuth [S19, S21-S25]. */
export const MANAGED_OAUTH_FIELDS: readonly Field[] = [
  {
    member: `${OAUTH}.enabled`,
    label: 'Managed OAuth',
    kind: 'checkbox',
    help: 'Clients that send no credentials get a challenge, and can register and authorize.',
  },
  {
    member: `${REGISTRATION}.enabled`,
    label: 'Dynamic client registration',
    kind: 'checkbox',
    help: 'Clients register themselves (RFC 7591).',
  },
  {
    member: `${REGISTRATION}.allow_any_on_localhost`,
    label: 'Allow localhost clients',
    kind: 'checkbox',
    help: 'Allow any client with redirect URIs on `localhost`.',
  },
  {
    member: `${REGISTRATION}.allow_any_on_loopback`,
    label: 'Allow loopback clients',
    kind: 'checkbox',
    help: 'Allow any client with redirect URIs on `127.0.0.1`.',
  },
  {
    member: `${REGISTRATION}.allowed_uris`,
    label: 'Allowed redirect URIs',
    kind: 'lines',
    placeholder: 'https://playground.ai.cloudflare.com/*',
    help: 'One a line. A path may end in `/*`.',
  },
  {
    member: `${OAUTH}.grant.session_duration`,
    label: 'Grant session duration',
    kind: 'text',
    placeholder: '24h',
    help: 'How long the refresh token remains valid. By default it is the session duration.',
  },
  {
    member: `${OAUTH}.grant.access_token_lifetime`,
    label: 'Access token lifetime',
    kind: 'text',
    placeholder: '15m',
    help: 'A short lifetime is recommended: Access evaluates the policies again at each refresh.',
  },
]
