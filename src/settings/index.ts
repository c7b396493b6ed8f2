/**
 * The settings: variables of the Worker, checked once, with their defaults. Handlers read them as
 * `c.get('settings')`, which `request/prepare.ts` sets.
 *
 * Each kind of record declares its own setting and schema (`store/kinds`). Quirks change the settings of a
 * request in `overlay.ts`. Changes made through the API are the store's, not the settings'.
 */
import * as z from 'zod'
import { hostProblem } from '../access/domain'
import { lifetimeSchema, periodSchema } from '../access/duration'
import { peopleSchema } from '../access/identity'
import { memberNamesIn } from '../access/member-names'
import { nearestName } from '../access/nearest-name'
import { originUrlSchema } from '../access/origin-url'
import { policySchema } from '../access/policy'
import { distinct } from '../access/record-kind'
import { firstNotHttps } from '../access/redirect-rule-schema'
import { emailListSchema, RULE_KINDS } from '../access/rule-kinds'
import { ACCESS_PATHS } from '../access/team-domain'
import { apiTokenSchema, unknownPermissions } from '../account/api-token'
import { accountSchema, EMULATED_ACCOUNT } from '../account/members'
import { PERMISSION_NAMES } from '../account/permission-names'
import { findScope } from '../account/scopes'
import { seededApplications } from '../mcp/seeded-applications'
import type { Seed } from '../store/configuration'
import { objectSettingsSchema, optional } from '../store/emulator/settings'
import { type Collections, collectionsOf, KINDS, recordKind } from '../store/kinds'
import { QUIRK_NAMES } from '../switches/quirks'
import { danglingReferences } from './dangling'
import { problemsOf, SettingsError } from './error'
import { unknownSettings } from './unknown'

// `--var NAME:value` can only pass text, so structured settings may also be JSON text.
function structured<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => {
    if (typeof value !== 'string') return value
    try {
      return JSON.parse(value)
    } catch {
      return value
    }
  }, schema)
}

const hostSchema = z
  .string()
  .toLowerCase()
  .refine((text) => hostProblem(text) === undefined, 'expected host or host:port')

// An emulator must not present itself as Cloudflare, where it could be used for phishing.
const ownHostSchema = hostSchema.refine(
  (host) => !/(^|\.)(cloudflareaccess|cloudflare)\.com\.?(:\d+)?$/.test(host),
  'expected a host of your own, not one of Cloudflare',
)

const PUBLIC_URL_EXPECTED =
  'expected an http or https origin, such as https://example.trycloudflare.com'
/** The origin under which a tunnel publishes the emulator. Normalized: without a path, in lower case. */
const publicUrlSchema = z.string().transform((text, context) => {
  const url = URL.parse(text)
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`
  if (isOrigin && !url.username && ownHostSchema.safeParse(url.host).success) return url.origin
  context.addIssue(PUBLIC_URL_EXPECTED)
  return z.NEVER
})

// LOCAL_HOSTS match on any port.
const hostnameSchema = hostSchema.refine(
  (host) => !/:\d+$/.test(host),
  'expected a host without a port',
)
const HOSTNAMES_EXPECTED = 'expected a list of hosts, such as ["host.docker.internal"]'

// RFC 6750 2.1: the characters that a header can carry.
const EMULATOR_TOKEN = /^[\x21-\x7e]{16,}$/
const EMULATOR_TOKEN_EXPECTED = 'expected at least 16 visible ASCII characters, without spaces'

/** The first records of every kind, each kind from its own setting. */
const seeds = Object.fromEntries(
  KINDS.flatMap((kind) => {
    const { seed } = recordKind(kind)
    return seed ? [[seed.setting, structured(seed.schema)]] : []
  }),
)
const seedSchema = z.object(seeds).transform((found) =>
  collectionsOf((kind) => {
    const { seed } = recordKind(kind)
    return seed ? (found[seed.setting] ?? []) : []
  }),
)

/** The settings that are not records: form and default of each. */
const settingsSchema = z.object({
  TEAM_DOMAIN: optional(ownHostSchema.default('127.0.0.1')),
  LOCAL_HOSTS: structured(z.array(hostnameSchema, HOSTNAMES_EXPECTED)).default([]),
  EMULATOR_TOKEN: optional(z.string().regex(EMULATOR_TOKEN, EMULATOR_TOKEN_EXPECTED).optional()),
  PUBLIC_URL: optional(publicUrlSchema.optional()),
  ACCESS_PATH: optional(
    z.enum(['auto', ...ACCESS_PATHS], 'expected auto, /cdn-cgi/access or /.access').default('auto'),
  ),
  DASH_DOMAIN: optional(ownHostSchema.optional()),
  ORIGIN_URL: optional(originUrlSchema.optional()),
  API_ORIGIN_URL: optional(originUrlSchema.optional()),
  CODE_LIFETIME: optional(lifetimeSchema.default('60s')),
  REFRESH_TOKEN_GRACE: optional(periodSchema.default('0s')),
  REFRESH_TOKEN_REUSE: optional(
    z.enum(['revoke', 'refuse'], 'expected revoke or refuse').default('revoke'),
  ),
  // Dashboard: observed [D22]. One hour in most reports, about 16 hours in one.
  DASH_ACCESS_TOKEN_LIFETIME: optional(lifetimeSchema.default('1h')),
  REVOCATION: optional(
    z.enum(['observed', 'strict'], 'expected observed or strict').default('observed'),
  ),
  REDIRECT_RULES: optional(
    z.enum(['current', 'https'], 'expected current or https').default('current'),
  ),
  QUIRKS: structured(z.array(z.enum(QUIRK_NAMES))).default([]),
  EVENTS_KEPT: objectSettingsSchema.shape.EVENTS_KEPT,
  ACCOUNTS: structured(z.array(accountSchema).min(1).superRefine(distinct('id'))).default([
    EMULATED_ACCOUNT,
  ]),
  PEOPLE: structured(peopleSchema).default([]),
  EMAIL_LISTS: structured(z.array(emailListSchema).superRefine(distinct('id'))).default([]),
  DNS_RESOLVER: objectSettingsSchema.shape.DNS_RESOLVER,
  API_TOKENS: optional(structured(z.array(apiTokenSchema)).optional()),
})

/** The names of all settings. */
export const SETTING_NAMES = [
  ...Object.keys(settingsSchema.shape),
  ...KINDS.flatMap((kind) => recordKind(kind).seed?.setting ?? []),
]

export type Settings = Omit<z.infer<typeof settingsSchema>, 'EMAIL_LISTS'> & {
  /** The configuration before any edit of the API. */
  seed: Seed
  /** Sentences about rules that never match; undefined if there are none. */
  warnings?: string[] | undefined
  /** The problems of settings that the API alone reads. Every response of the API is this error. */
  apiError?: SettingsError | undefined
}

const read = new WeakMap<object, Promise<Settings>>()

/**
 * Returns the settings of this Worker. They are parsed once.
 *
 * @throws SettingsError with each invalid setting, the value found and the value expected
 */
export function readSettings(vars: object): Promise<Settings> {
  const known = read.get(vars)
  if (known) return known
  const settings = parseSettings(vars)
  read.set(vars, settings)
  return settings
}

async function parseSettings(vars: object): Promise<Settings> {
  const unknown = unknownSettings(vars, SETTING_NAMES)
  const [own, first] = await Promise.all([
    settingsSchema.safeParseAsync(vars),
    seedSchema.safeParseAsync(vars),
  ])
  if (!own.success || !first.success) {
    const issues = [own, first].flatMap(({ error }) => error?.issues ?? [])
    const problems = issues.flatMap((issue) => problemsOf(vars, issue, memberNames))
    throw new SettingsError([...unknown, ...problems])
  }
  const { EMAIL_LISTS, ...settings } = own.data
  if (settings.PUBLIC_URL !== undefined && settings.EMULATOR_TOKEN === undefined) {
    const expected =
      'expected the setting EMULATOR_TOKEN beside it, because everyone on the internet reaches this URL'
    throw new SettingsError([
      { setting: 'PUBLIC_URL', found: JSON.stringify(settings.PUBLIC_URL), expected },
    ])
  }
  const issues = applicationIssues(first.data, settings.REDIRECT_RULES)
  const { applications, mcpPortals, mcpServers } = first.data
  const made = await seededApplications(applications, mcpPortals, mcpServers)
  const seed = {
    ...first.data,
    applications: [...applications, ...made],
    emailLists: EMAIL_LISTS,
    accounts: settings.ACCOUNTS,
  }
  const problems = [...unknown, ...issues.flatMap((issue) => problemsOf(vars, issue))]
  if (problems.length > 0) throw new SettingsError(problems)
  const dangling = danglingReferences(seed)
  for (const sentence of dangling) console.warn(sentence)
  const warnings = dangling.length > 0 ? dangling : undefined
  return { ...settings, seed, warnings, apiError: apiErrorOf(vars, settings) }
}

// The rules of policies and groups are chosen by their kind, so their schemas are added.
function memberNames(): string[] {
  const rules = Object.values(RULE_KINDS).map(({ schema }) => schema)
  return memberNamesIn(settingsSchema, ...Object.values(seeds), policySchema, ...rules)
}

function apiErrorOf(
  vars: object,
  { API_TOKENS = [] }: Pick<Settings, 'API_TOKENS'>,
): SettingsError | undefined {
  const problems = unknownPermissions(API_TOKENS).flatMap(({ path, name }) =>
    problemsOf(vars, {
      code: 'custom',
      path: ['API_TOKENS', ...path],
      message: `expected the name of a permission, such as "${findScope(name)?.name ?? nearestName(name, PERMISSION_NAMES)}"`,
      input: undefined,
    }),
  )
  return problems.length > 0 ? new SettingsError(problems) : undefined
}

// Checks applications against the other settings.
function applicationIssues(
  { applications, identityProviders, userPopulations }: Collections,
  redirectRules: 'current' | 'https',
): z.core.$ZodIssue[] {
  const issue = (message: string, ...path: PropertyKey[]): z.core.$ZodIssue => ({
    code: 'custom',
    path: ['APPLICATIONS', ...path],
    message,
    input: undefined,
  })
  const known = new Set(identityProviders.map(({ id }) => id))
  const https = applications.flatMap(({ oauth_configuration: oauth }, index) => {
    const at = firstNotHttps(oauth?.dynamic_client_registration.allowed_uris ?? [])
    if (redirectRules === 'current' || at < 0) return []
    const member = ['oauth_configuration', 'dynamic_client_registration', 'allowed_uris', at]
    return [issue('expected an https URI, because REDIRECT_RULES is https', index, ...member)]
  })
  const providers = applications.flatMap(({ allowed_idps: ids }, index) => {
    const at = ids.findIndex((id) => !known.has(id))
    if (at < 0) return []
    return [issue('expected the id of one of IDENTITY_PROVIDERS', index, 'allowed_idps', at)]
  })
  const populationIds = new Set(userPopulations.map(({ id }) => id))
  const populations = applications.flatMap(({ user_populations: ids = [] }, index) => {
    const at = ids.findIndex((id) => !populationIds.has(id))
    if (at < 0) return []
    return [issue('expected the id of one of USER_POPULATIONS', index, 'user_populations', at)]
  })
  return [...https, ...providers, ...populations]
}
