import * as z from 'zod'
import { completeApplication } from './access/application'
import { applicationSchema, isPublic } from './access/application-schema'
import { hostFault } from './access/domain'
import { lifetimeSchema, periodSchema } from './access/duration'
import { nestingFault } from './access/group-nesting'
import { personSchema, stableUuid } from './access/identity'
import { DEFAULT_PROVIDERS, identityProviderSchema } from './access/identity-provider'
import { organizationSchema } from './access/organization'
import { originUrlSchema } from './access/origin-url'
import { QUIRK_NAMES } from './access/quirks'
import { firstNotHttps } from './access/redirect-rules'
import { emailListSchema, type Group, groupSchema } from './access/rules'
import { serviceTokenSchema } from './access/service-token'
import { ACCESS_PATHS } from './access/team-domain'
import { apiTokenSchema } from './account/api-token'
import { accountSchema, EMULATED_ACCOUNT } from './account/members'
import { seededClientSchema } from './account/seeded-client'
import { faultsOf, SettingsError } from './settings-error'
import type { Seed } from './store/configuration'
import { EVENTS_KEPT } from './store/event-log'

// `--var NAME:value` can only hand over text, so structured settings may also be written as JSON.
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

// An empty value counts as not set, so that `--var ORIGIN_URL:` switches a setting off again.
function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema)
}

const hostSchema = z
  .string()
  .toLowerCase()
  .refine((text) => hostFault(text) === undefined, 'expected host or host:port')

// An emulator that calls itself Cloudflare would be a lie, and perhaps a trap.
const ownHostSchema = hostSchema.refine(
  (host) => !/(^|\.)(cloudflareaccess|cloudflare)\.com\.?(:\d+)?$/.test(host),
  'expected a host of your own: this is not Cloudflare',
)

// A request's host counts as this machine whatever its port.
const hostnameSchema = hostSchema.refine(
  (host) => !/:\d+$/.test(host),
  'expected a host without a port',
)
const HOSTNAMES_EXPECTED = 'expected a list of hosts, such as ["host.docker.internal"]'

// RFC 6750 2.1: what a header can carry.
const EMULATOR_TOKEN = /^[\x21-\x7e]{16,}$/
const EMULATOR_TOKEN_EXPECTED = 'expected 16 characters or more, none of them a space or not ASCII'

// What others refer to by these members is one record, not two.
function distinct<K extends string>(...members: K[]) {
  return (records: { [member in K]: string }[], context: z.RefinementCtx) => {
    for (const member of members) {
      const values = records.map((record) => record[member])
      const index = values.findIndex((value, at) => values.indexOf(value) !== at)
      if (index < 0) continue
      const message = 'expected a value of its own, another one has it too'
      context.addIssue({ code: 'custom', path: [index, member], message })
    }
  }
}

function nested(groups: Group[], context: z.RefinementCtx): void {
  const fault = nestingFault(groups)
  if (!fault) return
  const message = `expected groups that can be decided: ${fault.why}`
  context.addIssue({ code: 'custom', path: [groups.indexOf(fault.group)], message })
}

// Ids follow from names where they are left out, and a domain belongs to one application only.
const applicationsSchema = z
  .array(applicationSchema.safeExtend({ name: z.string().min(1) }))
  .superRefine((applications, context) => {
    const taken = new Map<string, string>()
    applications.forEach(({ id, name, aud, domain, destinations = [] }, index) => {
      const own: [string, string | undefined, PropertyKey[]][] = [
        id === undefined ? ['name', name, ['name']] : ['id', id, ['id']],
        ['aud', aud, ['aud']],
        ['domain', domain, ['domain']],
        ...destinations
          .map((each, at): [string, string | undefined, PropertyKey[]] => [
            'domain',
            isPublic(each) ? each.uri : undefined,
            ['destinations', at, 'uri'],
          ])
          .filter(([, uri]) => uri !== domain),
      ]
      for (const [member, value, path] of own) {
        if (value === undefined) continue
        const other = taken.get(`${member} ${value}`)
        taken.set(`${member} ${value}`, name)
        if (other === undefined) continue
        const message = `expected a value of its own, the application "${other}" has it too`
        context.addIssue({ code: 'custom', path: [index, ...path], message })
      }
    })
  })
  .transform((applications) =>
    Promise.all(
      applications.map((each) =>
        completeApplication(each, (what) => stableUuid(`${what}:${each.id ?? each.name}`)),
      ),
    ),
  )

/** Every setting of the emulator: its form, its default, and what it is called in Access. */
const settingsSchema = z
  .object({
    TEAM_DOMAIN: optional(ownHostSchema.default('127.0.0.1')),
    LOCAL_HOSTS: structured(z.array(hostnameSchema, HOSTNAMES_EXPECTED)).default([]),
    EMULATOR_TOKEN: optional(z.string().regex(EMULATOR_TOKEN, EMULATOR_TOKEN_EXPECTED).optional()),
    ACCESS_PATH: optional(
      z
        .enum(['auto', ...ACCESS_PATHS], 'expected auto, /cdn-cgi/access or /.access')
        .default('auto'),
    ),
    DASH_DOMAIN: optional(ownHostSchema.optional()),
    ORIGIN_URL: optional(originUrlSchema.optional()),
    CODE_LIFETIME: optional(lifetimeSchema.default('60s')),
    REFRESH_TOKEN_GRACE: optional(periodSchema.default('0s')),
    REFRESH_TOKEN_REUSE: optional(
      z.enum(['revoke', 'refuse'], 'expected revoke or refuse').default('revoke'),
    ),
    // Reports differ: an hour in most, about 16 hours in one (B.4).
    DASH_ACCESS_TOKEN_LIFETIME: optional(lifetimeSchema.default('1h')),
    REVOCATION: optional(
      z.enum(['observed', 'strict'], 'expected observed or strict').default('observed'),
    ),
    REDIRECT_RULES: optional(
      z.enum(['current', 'https'], 'expected current or https').default('current'),
    ),
    QUIRKS: structured(z.array(z.enum(QUIRK_NAMES))).default([]),
    EVENTS_KEPT: optional(z.coerce.number().int().min(0).max(100_000).default(EVENTS_KEPT)),
    ORGANIZATION: structured(organizationSchema).prefault({}),
    ACCOUNTS: structured(z.array(accountSchema).min(1).superRefine(distinct('id'))).default([
      EMULATED_ACCOUNT,
    ]),
    PEOPLE: structured(
      z.array(personSchema, 'expected a list of people').superRefine(distinct('email')),
    ).default([]),
    GROUPS: structured(
      z.array(groupSchema).superRefine(distinct('id')).superRefine(nested),
    ).default([]),
    EMAIL_LISTS: structured(z.array(emailListSchema).superRefine(distinct('id'))).default([]),
    IDENTITY_PROVIDERS: structured(
      z.array(identityProviderSchema).min(1).superRefine(distinct('id')),
    ).default(DEFAULT_PROVIDERS),
    SERVICE_TOKENS: structured(
      z.array(serviceTokenSchema).superRefine(distinct('id', 'client_id')),
    ).default([]),
    OAUTH_CLIENTS: structured(
      z.array(seededClientSchema).superRefine(distinct('client_id')),
    ).default([]),
    DNS_RESOLVER: optional(z.url({ protocol: /^https?$/, error: 'expected a URL' }).optional()),
    API_TOKENS: optional(structured(z.array(apiTokenSchema)).optional()),
    APPLICATIONS: structured(applicationsSchema).default([]),
  })
  .superRefine(({ APPLICATIONS, REDIRECT_RULES }, context) => {
    if (REDIRECT_RULES === 'current') return
    APPLICATIONS.forEach(({ oauth_configuration: oauth }, index) => {
      const at = firstNotHttps(oauth?.dynamic_client_registration.allowed_uris ?? [])
      if (at < 0) return
      const member = ['oauth_configuration', 'dynamic_client_registration', 'allowed_uris', at]
      const message = 'expected an https URI, because REDIRECT_RULES is https'
      context.addIssue({ code: 'custom', path: ['APPLICATIONS', index, ...member], message })
    })
  })
  .superRefine(({ APPLICATIONS, IDENTITY_PROVIDERS }, context) => {
    const known = new Set(IDENTITY_PROVIDERS.map(({ id }) => id))
    APPLICATIONS.forEach(({ allowed_idps: ids }, index) => {
      const at = ids.findIndex((id) => !known.has(id))
      if (at < 0) return
      const message = 'expected the id of one of IDENTITY_PROVIDERS'
      context.addIssue({
        code: 'custom',
        path: ['APPLICATIONS', index, 'allowed_idps', at],
        message,
      })
    })
  })
  .transform((all) => {
    const { ORGANIZATION, GROUPS, EMAIL_LISTS, IDENTITY_PROVIDERS, ...rest } = all
    const { SERVICE_TOKENS, OAUTH_CLIENTS, APPLICATIONS, ...settings } = rest
    const seed: Seed = {
      applications: APPLICATIONS,
      policies: [],
      groups: GROUPS,
      serviceTokens: SERVICE_TOKENS,
      identityProviders: IDENTITY_PROVIDERS,
      tags: [],
      oauthClients: OAUTH_CLIENTS,
      organizations: [ORGANIZATION],
      emailLists: EMAIL_LISTS,
      accounts: settings.ACCOUNTS,
    }
    return {
      ...settings,
      /** What is the start of the configuration; the API changes it. */
      seed,
    }
  })
export type Settings = z.infer<typeof settingsSchema>

const read = new WeakMap<object, Promise<Settings>>()

/**
 * The settings of this Worker, read once.
 *
 * @throws SettingsError that names each wrong setting, what was found and what was expected
 */
export function readSettings(vars: object): Promise<Settings> {
  const known = read.get(vars)
  if (known) return known
  const settings = parseSettings(vars)
  read.set(vars, settings)
  return settings
}

async function parseSettings(vars: object): Promise<Settings> {
  const result = await settingsSchema.safeParseAsync(vars)
  if (result.success) return result.data
  throw new SettingsError(result.error.issues.flatMap((issue) => faultsOf(vars, issue)))
}
