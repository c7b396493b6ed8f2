import * as z from 'zod'
import { chosenSchema } from './chosen-schema'
import { corsHeadersSchema, HTTP_TOKEN } from './cors-headers'
import { domainProblem, pathPatternProblem } from './domain'
import { lifetimeSchema } from './duration'
import { oauthConfigurationSchema } from './oauth-configuration'
import { originUrlSchema } from './origin-url'
import { policySchema } from './policy'
import { firstRepeated } from './record-kind'

const domainSchema = z.string().superRefine((text, context) => {
  const problem = domainProblem(text)
  if (problem === undefined) return
  context.addIssue({
    code: 'custom',
    message: `expected host[:port][/path] in lower case, or "*" for every host; it ${problem}`,
  })
})

// Access: documented [K39].
const overrideSchema = z.strictObject({
  behavior: z.literal('public', 'expected public'),
  path_pattern: z.string().superRefine((text, context) => {
    const problem = pathPatternProblem(text)
    if (problem) context.addIssue({ code: 'custom', message: `the path pattern ${problem}` })
  }),
})

const destinationTypes = {
  public: z.strictObject({
    type: z.literal('public').default('public'),
    uri: domainSchema,
    /** Paths that are open, without login and without assertion. */
    overrides: z.array(overrideSchema).optional(),
  }),
  // Stored and returned. The emulator serves no application at such a destination.
  other: z.looseObject({
    type: z.enum(
      [
        'private',
        'via_mcp_server_portal',
        'worker',
        'preview_worker',
        'all_workers',
        'all_preview_workers',
      ],
      'expected public, private, via_mcp_server_portal, worker, preview_worker, all_workers or all_preview_workers',
    ),
    overrides: z.array(overrideSchema).optional(),
  }),
}
type Destination = z.infer<typeof destinationTypes.public> | z.infer<typeof destinationTypes.other>
type DestinationInput =
  | z.input<typeof destinationTypes.public>
  | z.input<typeof destinationTypes.other>

const destinationSchema = chosenSchema<Destination, DestinationInput>(
  'A destination of the application.',
  (value) => {
    const { type = 'public' } = (value ?? {}) as { type?: unknown }
    return type === 'public' ? destinationTypes.public : destinationTypes.other
  },
  () => [destinationTypes.public, destinationTypes.other],
)

const referenceSchema = z.strictObject({
  id: z.string().min(1),
  precedence: z.int().positive().max(1_000_000).optional(),
})

type PolicyInput = string | z.input<typeof referenceSchema> | z.input<typeof policySchema>

/**
 * A policy in the request for an application: the id of a reusable policy, alone or with a precedence,
 * or a policy of the application's own. A reusable policy as the API returned it is accepted too.
 */
const policyEntrySchema = chosenSchema<
  z.infer<typeof referenceSchema> | z.infer<typeof policySchema>,
  PolicyInput
>(
  'The id of a reusable policy, {id, precedence}, or a policy of the application.',
  (value) => {
    if (typeof value === 'string')
      return z
        .string()
        .min(1)
        .transform((id) => ({ id }))
    const { reusable, name, decision, include } = (value ?? {}) as Record<string, unknown>
    if (reusable === true) return z.looseObject(referenceSchema.shape).transform(referenceOnly)
    const isReference = name === undefined && decision === undefined && include === undefined
    return isReference ? referenceSchema : policySchema
  },
  () => [z.string().min(1), referenceSchema, policySchema],
)

function referenceOnly({ id, precedence }: z.infer<typeof referenceSchema>) {
  return { id, ...(precedence !== undefined && { precedence }) }
}

// Stored as it was sent; the redirect serializes it as a URL.
const denyUrlSchema = z
  .url({ protocol: /^https?$/ })
  // A URL parser replaces a lone surrogate with another character.
  .refine((text) => text.isWellFormed(), 'Invalid URL')

// The types that can have a domain and Managed OAuth.
const HTTP_TYPES = ['self_hosted', 'ssh', 'vnc', 'rdp', 'mcp', 'mcp_portal', 'end_user'] as const
const NEEDS_DOMAIN: string[] = ['self_hosted', 'ssh', 'vnc', 'rdp']
const kept = z.looseObject({}).optional()

/** An Access application, with the members of the API. */
export const applicationSchema = z
  .strictObject({
    id: z.uuid().optional(),
    aud: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal characters')
      .optional(),
    name: z.string().min(1).max(350).optional(),
    type: z
      // `saas` exists only for `linked_app_token` rules to refer to.
      .enum([...HTTP_TYPES, 'saas'], `expected ${[...HTTP_TYPES, 'saas'].join(', ')}`)
      .default('self_hosted'),
    domain: domainSchema.optional(),
    destinations: z.array(destinationSchema).optional(),
    self_hosted_domains: z.array(domainSchema).optional(),
    session_duration: lifetimeSchema.default('24h'),
    oauth_configuration: oauthConfigurationSchema.optional(),
    // Access: documented [K2]. A PUT with null leaves the policies as they are (`api/access/applications.ts`).
    policies: z
      .array(policyEntrySchema)
      .nullable()
      .default([])
      .transform((policies) => policies ?? []),
    allowed_idps: z.array(z.string()).default([]),
    /** The population of an application of type `end_user`. */
    user_populations: z.array(z.string().min(1)).optional(),
    auto_redirect_to_identity: z.boolean().default(false),
    http_only_cookie_attribute: z.boolean().default(true),
    same_site_cookie_attribute: z.enum(['none', 'lax', 'strict']).optional(),
    path_cookie_attribute: z.boolean().default(false),
    custom_deny_message: z.string().optional(),
    custom_deny_url: denyUrlSchema.optional(),
    custom_non_identity_deny_url: denyUrlSchema.optional(),
    service_auth_401_redirect: z.boolean().default(false),
    read_service_tokens_from_header: z
      .string()
      .regex(HTTP_TOKEN, 'expected the name of a header')
      .optional(),
    cors_headers: corsHeadersSchema.optional(),
    options_preflight_bypass: z.boolean().default(false),
    tags: z.array(z.string().min(1)).default([]),
    // Stored and returned; they decide nothing in the emulator.
    app_launcher_visible: z.boolean().default(true),
    allow_authenticate_via_warp: z.boolean().default(false),
    allow_iframe: z.boolean().default(false),
    custom_pages: z.array(z.string()).default([]),
    eager_redirect_cookie_setting: z.boolean().default(true),
    enable_binding_cookie: z.boolean().default(false),
    logo_url: z.string().optional(),
    mfa_config: kept,
    saas_app: kept,
    scim_config: kept,
    skip_interstitial: z.boolean().default(false),
    use_clientless_isolation_app_launcher_url: z.boolean().default(false),
    /** The emulator's own member: the origin server of this application. The default is `ORIGIN_URL`. */
    origin_url: originUrlSchema.optional(),
  })
  .superRefine((each, context) => {
    for (const { path, message, isObserved } of contradictions(each)) {
      context.addIssue({ code: 'custom', path, message, params: { isObserved } })
    }
  })
export type ParsedApplication = z.infer<typeof applicationSchema>

/** A contradiction between members. `isObserved`: the message is Access's own sentence. */
type Contradiction = { path: PropertyKey[]; message: string; isObserved: boolean }

function contradictions(
  each: {
    [name in keyof ParsedApplication]?: ParsedApplication[name]
  },
): Contradiction[] {
  const found: Contradiction[] = []
  const add = (path: PropertyKey[], message: string, isObserved = false) =>
    found.push({ path, message, isObserved })
  if (NEEDS_DOMAIN.includes(each.type ?? '') && !hasDomain(each)) {
    add(['domain'], `is required for type ${each.type}`)
  }
  for (const problem of endUserProblems(each)) add(...problem)
  if (each.cors_headers && each.options_preflight_bypass) {
    // Access: documented [K7].
    add(['options_preflight_bypass'], 'cannot turn on if cors_headers is set', true)
  }
  if (each.cors_headers?.allow_all_origins && each.cors_headers.allow_credentials) {
    add(
      ['cors_headers', 'allow_credentials'],
      'cannot be turned on together with allow_all_origins',
    )
  }
  if (each.auto_redirect_to_identity && each.allowed_idps?.length !== 1) {
    add(['auto_redirect_to_identity'], 'needs exactly one entry in allowed_idps')
  }
  const repeated = repeatedPrecedence(each.policies ?? [])
  // Access: observed [K12], the sentence included.
  if (repeated >= 0) {
    add(['policies', repeated, 'precedence'], 'policy precedences must be unique', true)
  }
  return found
}

// Access: documented [EU1].
function endUserProblems(
  each: {
    [name in keyof ParsedApplication]?: ParsedApplication[name]
  },
): [path: PropertyKey[], message: string][] {
  const { user_populations: populations, destinations = [] } = each
  if (each.type !== 'end_user') {
    return populations ? [[['user_populations'], 'is only for type end_user']] : []
  }
  const isAtWorker = destinations.some(({ type }) => /worker/.test(type ?? ''))
  const problems: [isProblem: boolean, member: string, message: string][] = [
    [populations?.length !== 1, 'user_populations', 'expected exactly one id for type end_user'],
    [!hasDomain(each) && !isAtWorker, 'domain', 'is required for type end_user'],
    [(each.policies ?? []).length > 0, 'policies', 'expected none for type end_user'],
    [each.scim_config !== undefined, 'scim_config', 'is not for type end_user'],
    [each.mfa_config !== undefined, 'mfa_config', 'is not for type end_user'],
    [
      each.oauth_configuration?.enabled === false,
      'oauth_configuration',
      'Managed OAuth is always on for type end_user',
    ],
  ]
  return problems.flatMap(([isProblem, member, message]) =>
    isProblem ? [[[member], message] as [PropertyKey[], string]] : [],
  )
}

function hasDomain({
  domain,
  destinations = [],
  self_hosted_domains: hosted = [],
}: Pick<ParsedApplication, 'domain' | 'destinations' | 'self_hosted_domains'>): boolean {
  return domain !== undefined || hosted.length > 0 || destinations.some(isPublic)
}

/** Returns whether a destination is a public hostname. */
export function isPublic(
  destination: Destination,
): destination is z.infer<typeof destinationTypes.public> {
  return destination.type === 'public'
}

function repeatedPrecedence(policies: { precedence?: number | undefined }[]): number {
  // Policies without a precedence do not repeat one another's.
  return firstRepeated(policies.map(({ precedence }) => precedence ?? Symbol()))
}
