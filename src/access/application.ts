import { z } from 'zod'
import { sha256Hex } from '../oauth/encoding'
import { coverage, domainFault } from './domain'
import { lifetimeSchema, wholeSeconds } from './duration'
import { stableUuid } from './identity'
import { originUrlSchema } from './origin-url'
import { type Policy, policySchema } from './policy'
import { dynamicClientRegistrationSchema, matchingRedirectRule } from './redirect-rules'

/**
 * `oauth_configuration`: Managed OAuth of one application. On where the object is there and
 * `enabled` is left out; off where the object is absent.
 *
 * Access: documented (API reference), defaults included.
 */
export const oauthConfigurationSchema = z.strictObject({
  enabled: z.boolean().default(true),
  dynamic_client_registration: dynamicClientRegistrationSchema.prefault({}),
  grant: z
    .strictObject({
      access_token_lifetime: lifetimeSchema.default('15m'),
      session_duration: lifetimeSchema.optional(),
    })
    .prefault({}),
})

const domainSchema = z.string().superRefine((text, context) => {
  const fault = domainFault(text)
  if (fault === undefined) return
  context.addIssue({
    code: 'custom',
    message: `expected host[:port][/path] in lower case, "*" for every host; it ${fault}`,
  })
})

/** `cors_headers`: Access answers preflights itself. */
const corsHeadersSchema = z
  .strictObject({
    allow_all_headers: z.boolean().default(false),
    allow_all_methods: z.boolean().default(false),
    allow_all_origins: z.boolean().default(false),
    allow_credentials: z.boolean().default(false),
    allowed_headers: z.array(z.string()).default([]),
    allowed_methods: z.array(z.string().toUpperCase()).default([]),
    allowed_origins: z.array(z.string()).default([]),
    max_age: z.int().min(-1).max(86_400).optional(),
  })
  .refine((each) => !each.allow_all_origins || each.allowed_origins.length === 0, {
    path: ['allow_all_origins'],
    message: 'cannot be turned on together with allowed_origins',
  })
  .refine((each) => !each.allow_all_methods || each.allowed_methods.length === 0, {
    path: ['allow_all_methods'],
    message: 'cannot be turned on together with allowed_methods',
  })
export type CorsHeaders = z.infer<typeof corsHeadersSchema>

/** A self-hosted Access application, in the API's own members. */
export const applicationSchema = z
  .strictObject({
    id: z.uuid().optional(),
    aud: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal characters')
      .optional(),
    name: z.string().min(1),
    type: z.literal('self_hosted').default('self_hosted'),
    domain: domainSchema,
    destinations: z
      .array(z.strictObject({ type: z.literal('public').default('public'), uri: domainSchema }))
      .default([]),
    session_duration: lifetimeSchema.default('24h'),
    oauth_configuration: oauthConfigurationSchema.optional(),
    policies: z.array(policySchema).default([]),
    allowed_idps: z.array(z.string()).default([]),
    auto_redirect_to_identity: z.boolean().default(false),
    http_only_cookie_attribute: z.boolean().default(true),
    same_site_cookie_attribute: z.enum(['none', 'lax', 'strict']).optional(),
    path_cookie_attribute: z.boolean().default(false),
    custom_deny_message: z.string().optional(),
    custom_deny_url: z.url({ protocol: /^https?$/ }).optional(),
    custom_non_identity_deny_url: z.url({ protocol: /^https?$/ }).optional(),
    service_auth_401_redirect: z.boolean().default(false),
    read_service_tokens_from_header: z
      .string()
      .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header')
      .optional(),
    cors_headers: corsHeadersSchema.optional(),
    options_preflight_bypass: z.boolean().default(false),
    /** Not of the API: where this application's own server is; `ORIGIN_URL` where it is left out. */
    origin_url: originUrlSchema.optional(),
  })
  .refine((each) => !(each.cors_headers && each.options_preflight_bypass), {
    // Access: documented.
    path: ['options_preflight_bypass'],
    message: 'cannot be turned on while cors_headers is set',
  })
  .refine(
    (each) => !(each.cors_headers?.allow_all_origins && each.cors_headers.allow_credentials),
    {
      path: ['cors_headers', 'allow_credentials'],
      message: 'cannot be turned on together with allow_all_origins',
    },
  )
  .refine((each) => !each.auto_redirect_to_identity || each.allowed_idps.length === 1, {
    path: ['auto_redirect_to_identity'],
    message: 'needs exactly one entry in allowed_idps',
  })
export type Application = Omit<z.infer<typeof applicationSchema>, 'policies'> & {
  id: string
  aud: string
  policies: Policy[]
}
export type ManagedOAuth = z.infer<typeof oauthConfigurationSchema>

/** Fills the ids that the seed left out, always alike, and puts the policies in their order. */
export async function completeApplication(
  parsed: z.infer<typeof applicationSchema>,
): Promise<Application> {
  const id = parsed.id ?? (await stableUuid(`application:${parsed.name}`))
  const policies = await Promise.all(
    parsed.policies.map(async (policy, index) => ({
      ...policy,
      id: policy.id ?? (await stableUuid(`policy:${id}:${index}:${policy.name}`)),
      precedence: policy.precedence ?? index + 1,
    })),
  )
  policies.sort((a, b) => a.precedence - b.precedence)
  return { ...parsed, id, aud: parsed.aud ?? (await sha256Hex(`aud:${id}`)), policies }
}

/** The application's Managed OAuth, or undefined while it is off. */
export function managedOAuth(application: Application): ManagedOAuth | undefined {
  return application.oauth_configuration?.enabled ? application.oauth_configuration : undefined
}

/**
 * Whether any application of the account lets a client have this redirect URI: what registration
 * asks [R15].
 *
 * Access: observed. The "account configuration" is the union of every application's rules.
 */
export function isAllowedByAccount(
  applications: readonly Application[],
  redirectUri: string,
): boolean {
  return applications.some((application) => {
    const oauth = managedOAuth(application)
    return oauth && matchingRedirectRule(oauth.dynamic_client_registration, redirectUri)
  })
}

/** `grant.access_token_lifetime` and `grant.session_duration` in seconds, defaults filled in. */
export function grantLifetimes(application: Application, oauth: ManagedOAuth) {
  return {
    accessTokenLifetimeSeconds: wholeSeconds(oauth.grant.access_token_lifetime),
    // Access: documented. The default is the application's own session duration.
    sessionDurationSeconds: wholeSeconds(
      oauth.grant.session_duration ?? application.session_duration,
    ),
  }
}

/** An application and which of its domains covers a URL. */
export type Covered = { application: Application; domain: string }

/**
 * The application whose domain covers this URL: an exact host before a wildcard before every host,
 * then the longest path.
 */
export function coveredAt(applications: readonly Application[], url: URL): Covered | undefined {
  let best: (Covered & { rank: number }) | undefined
  for (const application of applications) {
    for (const domain of domainsOf(application)) {
      const rank = coverage(domain, url)
      if (rank > (best?.rank ?? 0)) best = { application, domain, rank }
    }
  }
  return best
}

/** The application at a URL, where the domain does not matter. */
export function applicationAt(
  applications: readonly Application[],
  url: URL,
): Application | undefined {
  return coveredAt(applications, url)?.application
}

/** Everywhere the application is: its domain and its public destinations. */
export function domainsOf(application: Application): string[] {
  return [application.domain, ...application.destinations.map(({ uri }) => uri)]
}

/** Whether the application has a domain on the host of this URL, at whatever path. */
export function isOnHost(application: Application, url: URL): boolean {
  return domainsOf(application).some((domain) => {
    const [authority = ''] = domain.split('/')
    return coverage(authority, url) > 0
  })
}
