import { z } from 'zod'
import { sha256Hex } from '../oauth/encoding'
import { coverage, domainFault } from './domain'
import { lifetimeSchema, wholeSeconds } from './duration'
import { stableUuid } from './identity'
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

/** A self-hosted Access application, in the API's own members. */
export const applicationSchema = z.strictObject({
  id: z.uuid().optional(),
  aud: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal characters')
    .optional(),
  name: z.string().min(1),
  type: z.literal('self_hosted').default('self_hosted'),
  domain: domainSchema,
  session_duration: lifetimeSchema.default('24h'),
  oauth_configuration: oauthConfigurationSchema.optional(),
  policies: z.array(policySchema).default([]),
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
      id: policy.id ?? (await stableUuid(`policy:${id}:${policy.name}`)),
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

/**
 * The application whose domain covers this URL: an exact host before a wildcard before every host,
 * then the longest path.
 */
export function applicationAt(
  applications: readonly Application[],
  url: URL,
): Application | undefined {
  let best: { application: Application; rank: number } | undefined
  for (const application of applications) {
    const rank = coverage(application.domain, url)
    if (rank > (best?.rank ?? 0)) best = { application, rank }
  }
  return best?.application
}
