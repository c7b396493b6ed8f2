import * as z from 'zod'
import { chosenSchema } from './chosen-schema'
import { corsHeadersSchema, TOKEN } from './cors-headers'
import { domainFault } from './domain'
import { lifetimeSchema } from './duration'
import { oauthConfigurationSchema } from './oauth-configuration'
import { originUrlSchema } from './origin-url'
import { policySchema } from './policy'

const domainSchema = z.string().superRefine((text, context) => {
  const fault = domainFault(text)
  if (fault === undefined) return
  context.addIssue({
    code: 'custom',
    message: `expected host[:port][/path] in lower case, "*" for every host; it ${fault}`,
  })
})

const destinationTypes = {
  public: z.strictObject({
    type: z.literal('public').default('public'),
    uri: domainSchema,
    overrides: z.array(z.looseObject({})).optional(),
  }),
  // Kept and given back: nothing here is reached by them.
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
  }),
}
type Destination = z.infer<typeof destinationTypes.public> | z.infer<typeof destinationTypes.other>

const destinationSchema = chosenSchema<Destination>('Where the application is.', (value) => {
  const { type = 'public' } = (value ?? {}) as { type?: unknown }
  return type === 'public' ? destinationTypes.public : destinationTypes.other
})

const referenceSchema = z.strictObject({
  id: z.string().min(1),
  precedence: z.int().positive().max(1_000_000).optional(),
})

/**
 * A policy of an application: a reusable one by its id, alone or with a precedence, or one of the
 * application's own. What was read from the API, a policy with `reusable`, may be sent back.
 */
const policyEntrySchema = chosenSchema<
  z.infer<typeof referenceSchema> | z.infer<typeof policySchema>
>('A reusable policy, by its id or {id, precedence}, or a policy of its own.', (value) => {
  if (typeof value === 'string')
    return z
      .string()
      .min(1)
      .transform((id) => ({ id }))
  const { reusable, name, decision, include } = (value ?? {}) as Record<string, unknown>
  if (reusable === true) return z.looseObject(referenceSchema.shape).transform(referenceOnly)
  const isReference = name === undefined && decision === undefined && include === undefined
  return isReference ? referenceSchema : policySchema
})

function referenceOnly({ id, precedence }: z.infer<typeof referenceSchema>) {
  return { id, ...(precedence !== undefined && { precedence }) }
}

// Kept as it was given; whoever redirects says it as a URL has it.
const denyUrlSchema = z
  .url({ protocol: /^https?$/ })
  // A lone surrogate is no text: a URL parser puts another character in its place.
  .refine((text) => text.isWellFormed(), 'Invalid URL')

/** The types that have a domain of their own, and Managed OAuth. */
const HTTP_TYPES = ['self_hosted', 'ssh', 'vnc', 'rdp', 'mcp', 'mcp_portal'] as const
const WITH_DOMAIN: string[] = ['self_hosted', 'ssh', 'vnc', 'rdp']
const kept = z.looseObject({}).optional()

/** An Access application, in the API's own members. */
export const applicationSchema = z
  .strictObject({
    id: z.uuid().optional(),
    aud: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal characters')
      .optional(),
    name: z.string().min(1).max(350).optional(),
    type: z
      // `saas` only as what a `linked_app_token` rule names.
      .enum([...HTTP_TYPES, 'saas'], `expected ${[...HTTP_TYPES, 'saas'].join(', ')}`)
      .default('self_hosted'),
    domain: domainSchema.optional(),
    destinations: z.array(destinationSchema).optional(),
    self_hosted_domains: z.array(domainSchema).optional(),
    session_duration: lifetimeSchema.default('24h'),
    oauth_configuration: oauthConfigurationSchema.optional(),
    policies: z.array(policyEntrySchema).default([]),
    allowed_idps: z.array(z.string()).default([]),
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
      .regex(TOKEN, 'expected the name of a header')
      .optional(),
    cors_headers: corsHeadersSchema.optional(),
    options_preflight_bypass: z.boolean().default(false),
    tags: z.array(z.string().min(1)).default([]),
    // Kept and given back; nothing here decides by them.
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
    /** Not of the API: where this application's own server is; `ORIGIN_URL` where it is left out. */
    origin_url: originUrlSchema.optional(),
  })
  .superRefine((each, context) => {
    for (const { path, message, isObserved } of contradictions(each)) {
      context.addIssue({ code: 'custom', path, message, params: { isObserved } })
    }
  })
export type ParsedApplication = z.infer<typeof applicationSchema>

/** `isObserved`: the message is Access's own sentence. */
type Contradiction = { path: PropertyKey[]; message: string; isObserved: boolean }

function contradictions(
  each: {
    [name in keyof ParsedApplication]?: ParsedApplication[name]
  },
): Contradiction[] {
  const found: Contradiction[] = []
  const say = (path: PropertyKey[], message: string, isObserved = false) =>
    found.push({ path, message, isObserved })
  if (WITH_DOMAIN.includes(each.type ?? '') && !isSomewhere(each)) {
    say(['domain'], `is needed for type ${each.type}`)
  }
  if (each.cors_headers && each.options_preflight_bypass) {
    // Access: documented.
    say(['options_preflight_bypass'], 'cannot turn on if cors_headers is set', true)
  }
  if (each.cors_headers?.allow_all_origins && each.cors_headers.allow_credentials) {
    say(
      ['cors_headers', 'allow_credentials'],
      'cannot be turned on together with allow_all_origins',
    )
  }
  if (each.auto_redirect_to_identity && each.allowed_idps?.length !== 1) {
    say(['auto_redirect_to_identity'], 'needs exactly one entry in allowed_idps')
  }
  const repeated = repeatedPrecedence(each.policies ?? [])
  // Access: observed, the sentence.
  if (repeated >= 0) {
    say(['policies', repeated, 'precedence'], 'policy precedences must be unique', true)
  }
  return found
}

function isSomewhere({
  domain,
  destinations = [],
  self_hosted_domains: hosted = [],
}: Pick<ParsedApplication, 'domain' | 'destinations' | 'self_hosted_domains'>): boolean {
  return domain !== undefined || hosted.length > 0 || destinations.some(isPublic)
}

/** Where a destination is reached from the outside, by a name. */
export function isPublic(
  destination: Destination,
): destination is z.infer<typeof destinationTypes.public> {
  return destination.type === 'public'
}

function repeatedPrecedence(policies: { precedence?: number | undefined }[]): number {
  const precedences = policies.map(({ precedence }) => precedence)
  return precedences.findIndex(
    (each, index) => each !== undefined && precedences.indexOf(each) !== index,
  )
}
