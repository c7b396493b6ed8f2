import * as z from 'zod'
import { nestingProblem } from '../../access/group-nesting'
import { groupMembersSchema } from '../../access/rules'
import { stamped, timestampsOf } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import type { RecordOf } from '../../store/kinds'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { isNamedBy, nameQuery } from '../query'
import { checkRules, refuseUsed } from '../references'

const PERMISSIONS = accepted('access-acct', 'access-group')

const LIST = '/access/groups'
const ONE = `${LIST}/:group_id`

const bodySchema = groupMembersSchema.extend({
  is_default: z.union([z.boolean(), z.array(z.unknown())]).optional(),
})
const groupResult = groupMembersSchema.extend({
  id: z.string(),
  // Access: documented [K20]. A list, although a request may send a boolean.
  is_default: z.array(z.unknown()),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

/** `/access/groups`. Access: documented [K20]. */
export const groups: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List Access groups',
    permissions: PERMISSIONS.read,
    query: z.object({ ...pageQuery, ...nameQuery }),
    result: groupResult,
    isList: true,
    handle: (c, { query }) =>
      pageOf(c.get('configuration').groups.filter(isNamedBy(query)).map(view), query),
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create an Access group',
    permissions: PERMISSIONS.write,
    status: 201,
    body: bodySchema,
    result: groupResult,
    handle: (c, { body }) => put(c, undefined, body),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get an Access group',
    permissions: PERMISSIONS.read,
    result: groupResult,
    handle: (c, { params }) => view(requireGroup(c.get('configuration'), params.group_id)),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Replace an Access group',
    permissions: PERMISSIONS.write,
    body: bodySchema,
    result: groupResult,
    handle: (c, { params, body }) => put(c, params.group_id, body),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete an Access group',
    permissions: PERMISSIONS.write,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requireGroup(from, params.group_id)
        refuseUsed(from, 'groups', id)
        return { edits: [deletion('groups', id)], result: { id } }
      }),
  }),
]

function put(c: AppContext, replacedId: string | undefined, body: z.infer<typeof bodySchema>) {
  return change(c, (from) => {
    const before = replacedId === undefined ? undefined : requireGroup(from, replacedId)
    checkRules(from, body)
    const { is_default: _, ...members } = body
    const id = before?.id ?? crypto.randomUUID()
    const group = stamped({ ...members, id }, c.get('now'), before)
    const others = from.groups.filter((each) => each.id !== group.id)
    const problem = nestingProblem([group, ...others])
    if (problem) throw invalidRequest(problem.why)
    return { edits: [save('groups', group)], result: view(group) }
  })
}

function view(group: RecordOf<'groups'>) {
  return { ...group, is_default: [], ...timestampsOf(group) }
}

function requireGroup(from: Configuration, id: string | undefined) {
  const group = from.groups.find((each) => each.id === id)
  if (!group) throw notFound('group_not_found', 12152)
  return group
}
