import * as z from 'zod'
import { stamped, timestampsOf } from '../../access/timestamps'
import {
  type DnsRecord,
  type DnsRecordMembers,
  dnsConflict,
  dnsRecordChangesSchema,
  dnsRecordProblem,
  dnsRecordSchema,
  fullName,
  isProxiable,
} from '../../account/dns-record'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { ApiError, type EnvelopeError } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { contains } from '../query'
import { zoneNameOf } from './zones'

const PERMISSIONS = accepted('dns')

const LIST = '/dns_records'
const ONE = `${LIST}/:dns_record_id`

const recordResult = z.looseObject({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  content: z.string(),
  proxiable: z.boolean(),
  proxied: z.boolean(),
  ttl: z.int(),
  created_on: z.iso.datetime(),
  modified_on: z.iso.datetime(),
})

const listQuery = z.object({
  ...pageQuery,
  per_page: z.coerce.number().int().min(1).max(5_000_000).default(100),
  type: z.string().optional(),
  name: z.string().toLowerCase().optional(),
  'name.exact': z.string().toLowerCase().optional(),
  'name.contains': z.string().optional(),
  content: z.string().optional(),
  'content.exact': z.string().optional(),
  'content.contains': z.string().optional(),
  search: z.string().optional(),
  direction: z.enum(['asc', 'desc']).default('asc'),
})

/**
 * `/zones/{id}/dns_records`: the records of the emulated zone. A TXT record counts for the verification
 * of an OAuth client's domain. API: documented [V29].
 */
export const dnsRecords: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List DNS records',
    permissions: PERMISSIONS.read,
    query: listQuery,
    result: recordResult,
    isList: true,
    handle(c, { params, query }) {
      const found = inZone(c.get('configuration'), params).filter(matching(query))
      return pageOf((query.direction === 'desc' ? found.toReversed() : found).map(view), query)
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a DNS record',
    permissions: PERMISSIONS.write,
    body: dnsRecordSchema,
    refuse: dnsError,
    result: recordResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const id = crypto.randomUUID().replaceAll('-', '')
        return edit(from, stamped(await complete(c, params, id, body), c.get('now')))
      }),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a DNS record',
    permissions: PERMISSIONS.read,
    result: recordResult,
    handle: (c, { params }) => view(requireRecord(c.get('configuration'), params)),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Overwrite a DNS record',
    permissions: PERMISSIONS.write,
    body: dnsRecordSchema,
    refuse: dnsError,
    result: recordResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const before = requireRecord(from, params)
        const record = await complete(c, params, before.id, body)
        return edit(from, stamped(record, c.get('now'), timestampsOf(before)))
      }),
  }),
  operation({
    method: 'patch',
    path: ONE,
    summary: 'Update a DNS record',
    permissions: PERMISSIONS.write,
    body: dnsRecordChangesSchema,
    refuse: dnsError,
    result: recordResult,
    handle: (c, { params, body }) =>
      change(c, async (from) => {
        const {
          created_at,
          updated_at: _,
          zone_id: __,
          id,
          ...before
        } = requireRecord(from, params)
        const record = await complete(c, params, id, { ...before, ...body })
        return edit(from, stamped(record, c.get('now'), { ...(created_at && { created_at }) }))
      }),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a DNS record',
    permissions: PERMISSIONS.write,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requireRecord(from, params)
        return { edits: [deletion('dnsRecords', id)], result: { id } }
      }),
  }),
]

async function complete(
  c: AppContext,
  { zone_id = '' }: Record<string, string>,
  id: string,
  body: DnsRecordMembers,
): Promise<DnsRecord> {
  const problem = dnsRecordProblem(body)
  if (problem) throw refused(problem)
  const name = fullName(body.name, await zoneNameOf(c, zone_id))
  // Assumed: the content of a record with `data` alone.
  const content = body.content ?? Object.values(body.data ?? {}).join(' ')
  return { ...body, id, zone_id, name, content }
}

function edit(from: Configuration, record: DnsRecord) {
  const problem = dnsConflict(record, from.dnsRecords)
  if (problem) throw refused(problem)
  return { edits: [save('dnsRecords', record)], result: view(record) }
}

// Assumed: the code of a member that the schema rejects, and the text after the colon.
function dnsError(reason: string, pointer?: string): EnvelopeError {
  return { code: 1004, message: `DNS Validation Error: ${reason}`, pointer }
}

function refused({ code, message, member }: { code: number; message: string; member: string }) {
  return new ApiError(400, { code, message, pointer: `/${member}` })
}

function inZone(from: Configuration, { zone_id }: Record<string, string>): DnsRecord[] {
  return from.dnsRecords.filter((each) => each.zone_id === zone_id)
}

// API: reported [V29].
function requireRecord(from: Configuration, params: Record<string, string>): DnsRecord {
  const record = inZone(from, params).find(({ id }) => id === params.dns_record_id)
  if (record) return record
  throw new ApiError(404, { code: 81044, message: 'Record does not exist.' })
}

function matching(query: z.infer<typeof listQuery>) {
  const is = (value: string, wanted: string | undefined) => wanted === undefined || value === wanted
  return ({ type, name, content }: DnsRecord) =>
    is(type, query.type) &&
    is(name, query.name) &&
    is(name, query['name.exact']) &&
    contains(name, query['name.contains']) &&
    is(content, query.content) &&
    is(content, query['content.exact']) &&
    contains(content, query['content.contains']) &&
    (contains(name, query.search) || contains(content, query.search))
}

function view(record: DnsRecord) {
  const { zone_id: _, created_at: __, updated_at: ___, ...rest } = record
  const { created_at: created_on, updated_at: modified_on } = timestampsOf(record)
  return {
    ...rest,
    proxiable: isProxiable(record.type),
    comment: record.comment ?? null,
    meta: {},
    created_on,
    modified_on,
  }
}
