/** The schemas of the settings: the form and the default of each. */
import * as z from 'zod'
import { hostProblem } from '../access/domain'
import { lifetimeSchema, periodSchema } from '../access/duration'
import { peopleSchema } from '../access/identity'
import { originUrlSchema } from '../access/origin-url'
import { distinct } from '../access/record-kind'
import { emailListSchema } from '../access/rule-kinds'
import { ACCESS_PATHS } from '../access/team-domain'
import { apiTokenSchema } from '../account/api-token'
import { accountSchema, EMULATED_ACCOUNT } from '../account/members'
import { objectSettingsSchema, optional } from '../store/emulator/settings'
import { collectionsOf, KINDS, recordKind } from '../store/kinds'
import { QUIRK_NAMES } from '../switches/quirks'

// `--var NAME:value` can only pass text, so structured settings may also be JSON text.
function structured<T extends z.ZodType>(schema: T) {
  return z.preprocess((value: z.input<T>) => {
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
export const seeds = Object.fromEntries(
  KINDS.flatMap((kind) => {
    const { seed } = recordKind(kind)
    return seed ? [[seed.setting, structured(seed.schema)]] : []
  }),
)
export const seedSchema = z.object(seeds).transform((found) =>
  collectionsOf((kind) => {
    const { seed } = recordKind(kind)
    return seed ? (found[seed.setting] ?? []) : []
  }),
)

/** The settings that are not records: form and default of each. */
export const settingsSchema = z.object({
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
