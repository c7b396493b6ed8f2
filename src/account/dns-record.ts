import * as z from 'zod'
import type { RecordKind } from '../access/record-kind'
import type { Timestamps } from '../access/timestamps'

// API: documented [V29].
const TYPES = [
  ...['A', 'AAAA', 'CAA', 'CERT', 'CNAME', 'DNSKEY', 'DS', 'HTTPS', 'LOC', 'MX', 'NAPTR', 'NS'],
  ...['OPENPGPKEY', 'PTR', 'SMIMEA', 'SRV', 'SSHFP', 'SVCB', 'TLSA', 'TXT', 'URI'],
] as const
const PROXIABLE: string[] = ['A', 'AAAA', 'CNAME']
const HOSTS: string[] = ['CNAME', 'MX', 'NS', 'PTR']

const members = {
  name: z.string().trim().toLowerCase().min(1).max(253),
  type: z.enum(TYPES, `expected ${TYPES.join(', ')}`),
  content: z.string().min(1).optional(),
  data: z.looseObject({}).optional(),
  priority: z.int().min(0).max(65_535).optional(),
  ttl: z.union(
    [z.literal(1), z.int().min(30).max(86_400)],
    'expected 1 (automatic), or 30 to 86400 seconds',
  ),
  proxied: z.boolean(),
  comment: z.string().max(500).nullish(),
  tags: z.array(z.string().min(1)),
  settings: z.looseObject({}),
  private_routing: z.boolean().optional(),
}

/** A DNS record in a request. API: documented [V29]. */
export const dnsRecordSchema = z.strictObject({
  ...members,
  ttl: members.ttl.default(1),
  proxied: members.proxied.default(false),
  tags: members.tags.default([]),
  settings: members.settings.default({}),
})
export type DnsRecordMembers = z.infer<typeof dnsRecordSchema>

/** The changes of a PATCH. */
export const dnsRecordChangesSchema = z.strictObject(members).partial()

/** A DNS record of a zone. `name` is its full name. */
export type DnsRecord = DnsRecordMembers &
  Timestamps & { id: string; zone_id: string; content: string }

export const dnsRecordKind: RecordKind<DnsRecord> = {
  noun: 'DNS record',
  idOf: ({ id }) => id,
  schema: z.looseObject({
    ...members,
    id: z.string().min(1),
    zone_id: z.string().min(1),
    content: z.string(),
  }),
}

/** A problem of a record: its code at the API, the text, and the member that has it. */
export type DnsRecordProblem = { code: number; message: string; member: string }

/**
 * Returns the problem of a record's content or of its proxying, if it has one.
 *
 * API: reported [V29], the codes. Assumed: the texts.
 */
export function dnsRecordProblem({
  type,
  content = '',
  data,
  priority,
  proxied,
}: DnsRecordMembers): DnsRecordProblem | undefined {
  const problem = (code: number, message: string, member = 'content') => ({ code, message, member })
  if (content === '' && !data) return problem(9101, 'content is a required data field.')
  if (type === 'A' && !z.ipv4().safeParse(content).success) {
    return problem(9005, 'Content for A record must be a valid IPv4 address.')
  }
  if (type === 'AAAA' && !z.ipv6().safeParse(content).success) {
    return problem(9006, 'Content for AAAA record must be a valid IPv6 address.')
  }
  if (HOSTS.includes(type) && !/^[^\s/:@]+$/.test(content)) {
    return problem(9007, `Content for ${type} record must be a hostname.`)
  }
  if (type === 'MX' && priority === undefined) {
    return problem(9101, 'priority is a required data field.', 'priority')
  }
  if (proxied && !isProxiable(type)) {
    return problem(9004, 'This record type cannot be proxied.', 'proxied')
  }
  return undefined
}

/** Returns whether Cloudflare's proxy can stand in front of records of a type. API: documented [V29]. */
export function isProxiable(type: string): boolean {
  return PROXIABLE.includes(type)
}

/**
 * Returns the problem of a record beside the other records of its zone, if it has one.
 *
 * API: documented and reported [V29]. No other A, AAAA or CNAME record can have
 * the name of a CNAME.
 */
export function dnsConflict(
  record: DnsRecord,
  others: readonly DnsRecord[],
): DnsRecordProblem | undefined {
  const same = others.filter(
    (each) => each.id !== record.id && each.zone_id === record.zone_id && each.name === record.name,
  )
  if (same.some(({ type, content }) => type === record.type && content === record.content)) {
    return { code: 81058, message: 'An identical record already exists.', member: 'name' }
  }
  const isAddress = (type: string) => PROXIABLE.includes(type)
  const clashes = same.some(
    ({ type }) =>
      isAddress(type) && isAddress(record.type) && [type, record.type].includes('CNAME'),
  )
  if (!clashes) return undefined
  const message = 'An A, AAAA, or CNAME record with that host already exists.'
  return { code: 81053, message, member: 'name' }
}

/** The name of every zone whose id belongs to no known name. */
export const DEFAULT_ZONE = 'example.com'

/**
 * Returns the full name of a record. `@` is the zone itself, and a name outside the zone is below it.
 *
 * API: documented [V29]. Not like Cloudflare: every zone id exists; in one without a known name, a name
 * with a dot is a full name.
 */
export function fullName(name: string, zone: string | undefined): string {
  const within = zone ?? DEFAULT_ZONE
  const plain = name.replace(/\.$/, '')
  if (plain === '@') return within
  if (plain === within || plain.endsWith(`.${within}`)) return plain
  return zone === undefined && plain.includes('.') ? plain : `${plain}.${within}`
}
