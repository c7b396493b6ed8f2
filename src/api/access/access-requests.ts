import * as z from 'zod'
import { userIdOf } from '../../access/identity'
import type { RecordedEvent } from '../../events/event'
import { pageOf } from '../envelope'
import { type Operation, operation } from '../operation'
import { contains, timeSchema } from '../query'

type Entry = Extract<RecordedEvent, { kind: 'access-request' }>

const isOrIsNot = z.enum(['eq', 'neq']).optional()
const querySchema = z.object({
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(25),
  direction: z.enum(['asc', 'desc']).default('desc'),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  email: z.string().optional(),
  email_exact: z.stringbool().default(false),
  emailOp: z.enum(['eq', 'neq', 'contains']).optional(),
  user_id: z.string().optional(),
  user_idOp: isOrIsNot,
  allowed: z.string().optional(),
  allowedOp: isOrIsNot,
  app_uid: z.string().optional(),
  app_uidOp: isOrIsNot,
  app_type: z.string().optional(),
  app_typeOp: isOrIsNot,
  country_code: z.string().optional(),
  country_codeOp: isOrIsNot,
  idp: z.string().optional(),
  idpOp: isOrIsNot,
  non_identity: z.string().optional(),
  non_identityOp: isOrIsNot,
  ray_id: z.string().optional(),
  ray_idOp: isOrIsNot,
  fields: z.string().optional(),
})
type Query = z.infer<typeof querySchema>

const entryResult = z.object({
  action: z.string(),
  allowed: z.boolean(),
  app_domain: z.string(),
  app_uid: z.string(),
  connection: z.string(),
  created_at: z.iso.datetime(),
  ip_address: z.string(),
  ray_id: z.string(),
  user_email: z.string(),
  // Not like Access [K25]: the documented members do not name the service token.
  service_token: z.object({ id: z.string(), name: z.string() }).optional(),
})

/** `/access/logs/access_requests`: the decisions of policies. Access: documented [K25]. */
export const accessRequests: Operation[] = [
  operation({
    method: 'get',
    path: '/access/logs/access_requests',
    summary: 'Get the log of access requests',
    permissions: ['access-audit-log.read'],
    query: querySchema,
    result: entryResult.partial(),
    isList: true,
    async handle(c, { query }) {
      const entries = (await c.get('emulator').events.accessRequests()).filter(
        (event) => event.kind === 'access-request',
      )
      const userIds = await userIdsOf(entries)
      const found = entries.filter((entry) => isWanted(entry, query, userIds))
      if (query.direction === 'desc') found.reverse()
      const { page, per_page = query.limit } = query
      return pageOf(
        found.map((entry) => pickFields(view(entry), query.fields)),
        { page, per_page },
      )
    },
  }),
]

function isWanted(entry: Entry, query: Query, userIds: Map<string, string>): boolean {
  const at = Date.parse(entry.at)
  const { email = '', application, connection, country, rayId, allowed } = entry
  const isEmailExact = query.email_exact || query.emailOp === 'eq'
  const isEmail =
    query.emailOp === 'neq'
      ? email !== query.email
      : isEmailExact && query.email !== undefined
        ? email === query.email
        : contains(email, query.email)
  return (
    (query.since === undefined || at >= Date.parse(query.since)) &&
    (query.until === undefined || at <= Date.parse(query.until)) &&
    isEmail &&
    matches(userIds.get(email) ?? '', query.user_id, query.user_idOp) &&
    matches(String(allowed), query.allowed, query.allowedOp) &&
    matches(application.id, query.app_uid, query.app_uidOp) &&
    matches(application.type, query.app_type, query.app_typeOp) &&
    matches(country, query.country_code, query.country_codeOp) &&
    matches(connection, query.idp, query.idpOp) &&
    matches(String(connection === 'service_token'), query.non_identity, query.non_identityOp) &&
    matches(rayId, query.ray_id, query.ray_idOp)
  )
}

function matches(value: string, wanted: string | undefined, op: 'eq' | 'neq' | undefined): boolean {
  return wanted === undefined || (op === 'neq' ? value !== wanted : value === wanted)
}

async function userIdsOf(entries: Entry[]): Promise<Map<string, string>> {
  const emails = [...new Set(entries.flatMap(({ email }) => email ?? []))]
  return new Map(
    await Promise.all(emails.map(async (each) => [each, await userIdOf(each)] as const)),
  )
}

// Access: documented [K25], except `service_token`.
function view(entry: Entry): Record<string, unknown> {
  return {
    action: entry.action,
    allowed: entry.allowed,
    app_domain: entry.application.domain ?? '',
    app_uid: entry.application.id,
    connection: entry.connection,
    created_at: entry.at,
    ip_address: entry.ip,
    ray_id: entry.rayId,
    user_email: entry.email ?? '',
    ...(entry.serviceToken && { service_token: entry.serviceToken }),
  }
}

function pickFields(entry: Record<string, unknown>, fields: string | undefined) {
  if (!fields) return entry
  const names = fields.split(',')
  return Object.fromEntries(Object.entries(entry).filter(([name]) => names.includes(name)))
}
