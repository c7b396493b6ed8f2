import type { z } from 'zod'
import type { seededApplicationSchema } from '../access/application-kind.ts'
import type { identityProviderSchema } from '../access/identity-provider.ts'
import type { organizationSchema } from '../access/organization.ts'
import type { groupSchema } from '../access/rules.ts'
import type { serviceTokenSchema } from '../access/service-token.ts'
import type { seededPopulationSchema } from '../access/user-population.ts'
import type { seededClientSchema } from '../account/oauth/seeded-client.ts'
import type { portalSchema } from '../mcp/portal.ts'
import type { serverSchema } from '../mcp/server.ts'
import type { settingsSchema } from '../settings/schema.ts'

type Own = z.input<typeof settingsSchema>

/** The settings of docs/settings.md. The schemas of the Worker are the types of their values. */
export type SettingsInput = {
  /** The team domain, `<team>.cloudflareaccess.com`: the issuer. The default is `127.0.0.1`. */
  TEAM_DOMAIN?: Own['TEAM_DOMAIN']
  /** More hosts, without ports, that count as this machine. */
  LOCAL_HOSTS?: Own['LOCAL_HOSTS']
  /** The secret that controls the emulator on a host other than this machine. */
  EMULATOR_TOKEN?: Own['EMULATOR_TOKEN']
  /** The public origin of the application, if a tunnel publishes the emulator. It requires `EMULATOR_TOKEN`. */
  PUBLIC_URL?: Own['PUBLIC_URL']
  /** The announced path of Access. The default, `auto`, depends on the host. */
  ACCESS_PATH?: Own['ACCESS_PATH']
  /** The dashboard, `dash.cloudflare.com`. The default is the team domain. */
  DASH_DOMAIN?: Own['DASH_DOMAIN']
  /** The application's own server, `http://host[:port]`. The default is the built-in demo. */
  ORIGIN_URL?: Own['ORIGIN_URL']
  /** A server that responds in place of the parts of Cloudflare's API that are not emulated. */
  API_ORIGIN_URL?: Own['API_ORIGIN_URL']
  /** How long an authorization code is valid. The default is `60s`. */
  CODE_LIFETIME?: Own['CODE_LIFETIME']
  /** How long a rotated refresh token still returns the same new pair. The default is `0s`. */
  REFRESH_TOKEN_GRACE?: Own['REFRESH_TOKEN_GRACE']
  /** Whether the reuse of a rotated refresh token ends its grant (`revoke`), or only fails (`refuse`). */
  REFRESH_TOKEN_REUSE?: Own['REFRESH_TOKEN_REUSE']
  /** How long an access token of the dashboard's OAuth server is valid. The default is `1h`. */
  DASH_ACCESS_TOKEN_LIFETIME?: Own['DASH_ACCESS_TOKEN_LIFETIME']
  /** The extent of a revocation: as `observed` at Access, or everything at once (`strict`). */
  REVOCATION?: Own['REVOCATION']
  /** The schemes of `allowed_uris`: https, http and custom ones (`current`), or https only (`https`). */
  REDIRECT_RULES?: Own['REDIRECT_RULES']
  /** The quirks that are on from the start. */
  QUIRKS?: Own['QUIRKS']
  /** The number of events that are kept; `0` records none. The default is 1000. */
  EVENTS_KEPT?: Own['EVENTS_KEPT']
  /** The Access settings of the whole account: `name`, `session_duration` and others. */
  ORGANIZATION?: z.input<typeof organizationSchema>
  /** The accounts: `id`, `name`, `members`. By default, one account with any id. */
  ACCOUNTS?: Own['ACCOUNTS']
  /** The users of your identity provider: `name`, `email`, `groups`, `posture`. */
  PEOPLE?: Own['PEOPLE']
  /** Access groups: `id`, `name`, `include`, `exclude`, `require`. */
  GROUPS?: z.input<typeof groupSchema>[]
  /** Lists of e-mail addresses, for rules to refer to: `id`, `name`, `items`. */
  EMAIL_LISTS?: Own['EMAIL_LISTS']
  /** The identity providers: `id`, `name`, `type`, and `config` if the type is `oidc`. */
  IDENTITY_PROVIDERS?: z.input<typeof identityProviderSchema>[]
  /** Service tokens: `id`, `name`, `client_id` (ends in `.access`), `client_secret`, `enabled`, `expires_at`. */
  SERVICE_TOKENS?: z.input<typeof serviceTokenSchema>[]
  /** The populations (`id`, `name`), which applications of type `end_user` name. */
  USER_POPULATIONS?: z.input<typeof seededPopulationSchema>[]
  /** Self-managed OAuth clients, with the members of the API, `client_id` and `client_secret`. */
  OAUTH_CLIENTS?: z.input<typeof seededClientSchema>[]
  /** A DNS-over-HTTPS resolver that responds with JSON. The default is the emulated zone. */
  DNS_RESOLVER?: Own['DNS_RESOLVER']
  /** API tokens: `name`, `token`, `permissions` (their names), `expires_on`. */
  API_TOKENS?: Own['API_TOKENS']
  /** Access applications, with the members of the API. */
  APPLICATIONS?: z.input<typeof seededApplicationSchema>[]
  /** The servers of MCP portals, with the members of the API. */
  MCP_SERVERS?: z.input<typeof serverSchema>[]
  /** MCP portals, with the members of the API. Their Access applications are made with them. */
  MCP_PORTALS?: z.input<typeof portalSchema>[]
}

/** The name of every setting. */
export const SETTING_NAMES = [
  'TEAM_DOMAIN',
  'LOCAL_HOSTS',
  'EMULATOR_TOKEN',
  'PUBLIC_URL',
  'ACCESS_PATH',
  'DASH_DOMAIN',
  'ORIGIN_URL',
  'API_ORIGIN_URL',
  'CODE_LIFETIME',
  'REFRESH_TOKEN_GRACE',
  'REFRESH_TOKEN_REUSE',
  'DASH_ACCESS_TOKEN_LIFETIME',
  'REVOCATION',
  'REDIRECT_RULES',
  'QUIRKS',
  'EVENTS_KEPT',
  'ORGANIZATION',
  'ACCOUNTS',
  'PEOPLE',
  'GROUPS',
  'EMAIL_LISTS',
  'IDENTITY_PROVIDERS',
  'SERVICE_TOKENS',
  'USER_POPULATIONS',
  'OAUTH_CLIENTS',
  'DNS_RESOLVER',
  'API_TOKENS',
  'APPLICATIONS',
  'MCP_SERVERS',
  'MCP_PORTALS',
] as const satisfies (keyof SettingsInput)[]
export type SettingName = (typeof SETTING_NAMES)[number]
