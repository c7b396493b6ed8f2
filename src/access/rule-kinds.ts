import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { claimText, claimTexts } from './claim'
import type { Identity } from './identity'

/** The subject of a request: a person, a machine with a service token, or a linked application. */
export type Subject = {
  identity?: Identity
  serviceToken?: { id: string; name: string; commonName: string }
  /** The application whose token an origin forwarded (`linked_app_token`). */
  linkedApplicationId?: string
  ip: string
  /** ISO 3166-1 alpha-2, or `XX` if unknown. */
  country: string
}

const text = z.string().min(1)
const lower = text.trim().toLowerCase()

/** A list of e-mail addresses, for `email_list` rules. */
export const emailListSchema = z.strictObject({ id: text, name: text, items: z.array(lower) })
export type EmailList = z.infer<typeof emailListSchema>

/** The context that a rule is evaluated in. */
export type RuleContext = {
  subject: Subject
  emailLists: readonly EmailList[]
  isAccountMember(accountId: string, email: string): boolean
  groupHolds(groupId: string): boolean
}

/** A kind of rule: the schema of its members, and the function that evaluates them. */
type RuleKind<Schema extends z.ZodType> = {
  schema: Schema
  holds(members: z.infer<Schema>, context: RuleContext): boolean
}

/** The rule kinds that the emulator evaluates, by their names in the API. */
export const RULE_KINDS = {
  everyone: kind({
    schema: z.strictObject({}),
    holds: () => true,
  }),
  email: kind({
    schema: z.strictObject({ email: lower }),
    holds: ({ email }, { subject }) => subject.identity?.email === email,
  }),
  email_domain: kind({
    schema: z.strictObject({ domain: lower }),
    holds: ({ domain }, { subject }) => subject.identity?.email.endsWith(`@${domain}`) ?? false,
  }),
  email_list: kind({
    schema: z.strictObject({ id: text }),
    holds({ id }, { subject: { identity }, emailLists }) {
      const list = emailLists.find((each) => each.id === id)
      return identity !== undefined && (list?.items.includes(identity.email) ?? false)
    },
  }),
  ip: kind({
    schema: z.strictObject({ ip: text.refine(isIpRange, 'expected an IP address or CIDR range') }),
    holds: ({ ip }, { subject }) => isInRange(subject.ip, ip),
  }),
  geo: kind({
    schema: z.strictObject({ country_code: z.string().length(2).toUpperCase() }),
    holds: ({ country_code: country }, { subject }) => subject.country === country,
  }),
  group: kind({
    schema: z.strictObject({ id: text }),
    holds: ({ id }, { groupHolds }) => groupHolds(id),
  }),
  login_method: kind({
    schema: z.strictObject({ id: text }),
    holds: ({ id }, { subject }) => subject.identity?.idp.id === id,
  }),
  service_token: kind({
    schema: z.strictObject({ token_id: text }),
    holds: ({ token_id: id }, { subject }) => subject.serviceToken?.id === id,
  }),
  any_valid_service_token: kind({
    schema: z.strictObject({}),
    holds: (_, { subject }) => subject.serviceToken !== undefined,
  }),
  common_name: kind({
    schema: z.strictObject({ common_name: text }),
    holds: ({ common_name: name }, { subject }) => subject.serviceToken?.commonName === name,
  }),
  cloudflare_account_member: kind({
    schema: z.strictObject({ account_id: text }),
    holds: ({ account_id: accountId }, { subject: { identity }, isAccountMember }) =>
      identity !== undefined && isAccountMember(accountId, identity.email),
  }),
  // Access: documented [K43]. Not like Access: no device is asked; the person's `posture` decides.
  device_posture: kind({
    schema: z.strictObject({ integration_uid: text }),
    holds: ({ integration_uid: id }, { subject }) =>
      subject.identity?.posture?.includes(id) ?? false,
  }),
  linked_app_token: kind({
    schema: z.strictObject({ app_uid: text }),
    holds: ({ app_uid: id }, { subject }) => subject.linkedApplicationId === id,
  }),
  oidc: kind({
    schema: z.strictObject({
      claim_name: text,
      claim_value: text,
      identity_provider_id: text.optional(),
    }),
    holds: (members, { subject }) => claimHolds(members, subject.identity),
  }),
} as const

// Infers the members that `holds` takes from the schema beside it.
function kind<Schema extends z.ZodType>(parts: RuleKind<Schema>): RuleKind<Schema> {
  return parts
}

function claimHolds(
  members: { claim_name: string; claim_value: string; identity_provider_id?: string | undefined },
  identity: Identity | undefined,
): boolean {
  if (!identity) return false
  const { claim_name: name, claim_value: value, identity_provider_id: provider } = members
  if (provider !== undefined && provider !== identity.idp.id) return false
  const claim = identity.claims[name] ?? (name === 'groups' ? identity.groups : undefined)
  return Array.isArray(claim) ? claimTexts(claim).includes(value) : claimText(claim) === value
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
