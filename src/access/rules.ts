import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { chosenSchema, never } from './chosen-schema'
import type { Identity } from './identity'

/** Who or what asks: a person, a machine with a service token, an application for somebody. */
export type Subject = {
  identity?: Identity
  serviceToken?: { id: string; name: string; commonName: string }
  /** The application whose token an origin forwarded (`linked_app_token`). */
  linkedApplicationId?: string
  ip: string
  /** ISO 3166-1 alpha-2, `XX` where it is unknown. */
  country: string
}

const text = z.string().min(1)
const lower = text.trim().toLowerCase()

const KINDS = {
  everyone: z.strictObject({}),
  email: z.strictObject({ email: lower }),
  email_domain: z.strictObject({ domain: lower }),
  email_list: z.strictObject({ id: text }),
  ip: z.strictObject({ ip: text.refine(isIpRange, 'expected an IP address or CIDR range') }),
  geo: z.strictObject({ country_code: z.string().length(2).toUpperCase() }),
  group: z.strictObject({ id: text }),
  login_method: z.strictObject({ id: text }),
  service_token: z.strictObject({ token_id: text }),
  any_valid_service_token: z.strictObject({}),
  common_name: z.strictObject({ common_name: text }),
  cloudflare_account_member: z.strictObject({ account_id: text }),
  linked_app_token: z.strictObject({ app_uid: text }),
  oidc: z.strictObject({
    claim_name: text,
    claim_value: text,
    identity_provider_id: text.optional(),
  }),
} as const

// Kinds of the API that nothing here can decide: stored, and never matching.
const NOT_EMULATED = [
  ...['ip_list', 'auth_method', 'certificate', 'saml', 'gsuite'],
  ...['github-organization', 'okta', 'azureAD', 'auth_context', 'device_posture'],
  ...['external_evaluation', 'user_risk_score'],
]

type Known = { [kind in keyof typeof KINDS]?: z.infer<(typeof KINDS)[kind]> }
/** One rule, in the API's own form: an object with the kind as its only member. */
export type Rule = Known & Record<string, unknown>

/**
 * Access: documented (API reference). Exactly one kind; the members of a known kind are checked.
 */
export const ruleSchema = chosenSchema<Rule>(
  'A rule: an object with its kind as the only member.',
  (value) => {
    const kinds = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const [kind] = kinds
    if (kind === undefined || kinds.length !== 1) {
      return never('expected a rule with one kind, such as {"email":{"email":"ada@example.com"}}')
    }
    if (NOT_EMULATED.includes(kind)) return z.custom<Rule>()
    if (!isKnown(kind)) return never(`there is no rule kind ${kind}`)
    return z.strictObject({ [kind]: KINDS[kind] }) as unknown as z.ZodType<Rule>
  },
)

/** Whether nothing here can decide the rule: it never matches. */
export function isNotEmulated(rule: Rule): boolean {
  return NOT_EMULATED.includes(Object.keys(rule)[0] ?? '')
}

/** include = any of, require = all of, exclude = none of: the body of a policy and of a group. */
export const combination = {
  include: z.array(ruleSchema).min(1),
  exclude: z.array(ruleSchema).default([]),
  require: z.array(ruleSchema).default([]),
}

export type Combination = { include: Rule[]; exclude: Rule[]; require: Rule[] }

/** An Access group: rules under a name, for policies to refer to. */
export const groupMembersSchema = z.strictObject({ name: text, ...combination })
export const groupSchema = groupMembersSchema.extend({ id: text })
export type Group = z.infer<typeof groupSchema>

/** A list of e-mail addresses, for `email_list` rules. */
export const emailListSchema = z.strictObject({ id: text, name: text, items: z.array(lower) })
export type EmailList = z.infer<typeof emailListSchema>

/** What rules refer to by id. */
export type References = {
  groups: readonly Group[]
  emailLists: readonly EmailList[]
  isAccountMember(accountId: string, email: string): boolean
}

/** What groups have said already of one subject, and which are being asked. */
type Asked = {
  known: Map<string, boolean>
  /** By id, how many were open before. */
  open: Map<string, number>
  /** The outermost open group that an answer since has rested on. */
  restsOn: number
}

function nothingAsked(): Asked {
  return { known: new Map(), open: new Map(), restsOn: Number.POSITIVE_INFINITY }
}

/** Whether a policy's or a group's rules hold for the subject. */
export function combinationHolds(
  rules: Combination,
  subject: Subject,
  references: References,
  asked = nothingAsked(),
): boolean {
  const holds = (rule: Rule) => ruleHolds(rule, subject, references, asked)
  return rules.include.some(holds) && rules.require.every(holds) && !rules.exclude.some(holds)
}

/** The first rule of `include` that holds: what made a policy match. */
export function holdingRule(
  { include }: Combination,
  subject: Subject,
  references: References,
): Rule | undefined {
  return include.find((rule) => ruleHolds(rule, subject, references, nothingAsked()))
}

/** A rule in a few words: `email_domain example.com`. */
export function ruleInBrief(rule: Rule): string {
  const [[kind, members] = ['']] = Object.entries(rule)
  const values = Object.values((members ?? {}) as Record<string, unknown>).map(String)
  return [kind, ...values].join(' ')
}

function ruleHolds(rule: Rule, subject: Subject, references: References, asked: Asked): boolean {
  const { identity, serviceToken } = subject
  if (rule.everyone) return true
  if (rule.email) return identity?.email === rule.email.email
  if (rule.email_domain) return identity?.email.endsWith(`@${rule.email_domain.domain}`) ?? false
  if (rule.email_list) {
    const list = references.emailLists.find(({ id }) => id === rule.email_list?.id)
    return identity !== undefined && (list?.items.includes(identity.email) ?? false)
  }
  if (rule.ip) return isInRange(subject.ip, rule.ip.ip)
  if (rule.geo) return subject.country === rule.geo.country_code
  if (rule.group) return groupHolds(rule.group.id, subject, references, asked)
  if (rule.login_method) return identity?.idp.id === rule.login_method.id
  if (rule.service_token) return serviceToken?.id === rule.service_token.token_id
  if (rule.any_valid_service_token) return serviceToken !== undefined
  if (rule.common_name) return serviceToken?.commonName === rule.common_name.common_name
  if (rule.cloudflare_account_member) {
    const { account_id: accountId } = rule.cloudflare_account_member
    return identity !== undefined && references.isAccountMember(accountId, identity.email)
  }
  if (rule.linked_app_token) return subject.linkedApplicationId === rule.linked_app_token.app_uid
  if (rule.oidc) return claimHolds(rule.oidc, identity)
  return false
}

// Each group is asked once, because groups may name groups. One that names itself, which settings and
// the API refuse, adds nothing to itself; what another says of it meanwhile is not its last word, and
// is not kept.
function groupHolds(
  groupId: string,
  subject: Subject,
  references: References,
  asked: Asked,
): boolean {
  const { known, open } = asked
  const before = known.get(groupId)
  if (before !== undefined) return before
  const at = open.get(groupId)
  if (at !== undefined) {
    asked.restsOn = Math.min(asked.restsOn, at)
    return false
  }
  const { restsOn } = asked
  const level = open.size
  open.set(groupId, level)
  asked.restsOn = Number.POSITIVE_INFINITY
  const group = references.groups.find(({ id }) => id === groupId)
  const holds = group !== undefined && combinationHolds(group, subject, references, asked)
  open.delete(groupId)
  const isFinal = asked.restsOn >= level
  if (isFinal) known.set(groupId, holds)
  asked.restsOn = isFinal ? restsOn : Math.min(restsOn, asked.restsOn)
  return holds
}

function claimHolds(rule: NonNullable<Rule['oidc']>, identity: Identity | undefined): boolean {
  if (!identity) return false
  const { identity_provider_id: provider } = rule
  if (provider !== undefined && provider !== identity.idp.id) return false
  const claim =
    identity.claims[rule.claim_name] ?? (rule.claim_name === 'groups' ? identity.groups : undefined)
  return Array.isArray(claim)
    ? claim.map(String).includes(rule.claim_value)
    : claim !== undefined && String(claim) === rule.claim_value
}

function isKnown(kind: string): kind is keyof typeof KINDS {
  return Object.hasOwn(KINDS, kind)
}

function isIpRange(range: string): boolean {
  return rangeOf(range) !== undefined
}

function isInRange(ip: string, range: string): boolean {
  const [network, bits] = rangeOf(range) ?? []
  if (!network || bits === undefined || !ipaddr.isValid(ip)) return false
  const address = ipaddr.process(ip)
  if (address instanceof ipaddr.IPv4) {
    return network instanceof ipaddr.IPv4 && address.match(network, bits)
  }
  return network instanceof ipaddr.IPv6 && address.match(network, bits)
}

function rangeOf(range: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  try {
    if (range.includes('/')) return ipaddr.parseCIDR(range)
    const address = ipaddr.process(range)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  } catch {
    return undefined
  }
}
