import * as z from 'zod'
import { reusablePolicySchema } from '../../access/policy'
import { stamped } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { change, deletion, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { checkRules, refuseUsed } from '../references'
import { policyResult, policyView } from './policy-view'
import { reportWithoutEffect } from './without-effect'

const PERMISSIONS = accepted('access', 'access-policy')

const LIST = '/access/policies'
const ONE = `${LIST}/:policy_id`

/** `/access/policies`: reusable policies, which applications refer to. Access: documented [K13]. */
export const policies: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List reusable policies',
    permissions: PERMISSIONS.read,
    query: z.object(pageQuery),
    result: policyResult,
    isList: true,
    handle(c, { query }) {
      const { configuration } = c.var
      return pageOf(
        configuration.policies.map((each) => policyView(configuration, each, true)),
        query,
      )
    },
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Create a reusable policy',
    permissions: PERMISSIONS.write,
    status: 201,
    body: reusablePolicySchema,
    result: policyResult,
    handle: (c, { body }) => put(c, undefined, body),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a reusable policy',
    permissions: PERMISSIONS.read,
    result: policyResult,
    handle: (c, { params }) =>
      policyView(
        c.get('configuration'),
        requirePolicy(c.get('configuration'), params.policy_id),
        true,
      ),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: 'Replace a reusable policy',
    permissions: PERMISSIONS.write,
    body: reusablePolicySchema,
    result: policyResult,
    handle: (c, { params, body }) => put(c, params.policy_id, body),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a reusable policy',
    permissions: PERMISSIONS.write,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requirePolicy(from, params.policy_id)
        refuseUsed(from, 'policies', id, 'the application ')
        return { edits: [deletion('policies', id)], result: { id } }
      }),
  }),
]

async function put(
  c: AppContext,
  replacedId: string | undefined,
  body: z.infer<typeof reusablePolicySchema>,
) {
  const stored = await change(c, (from) => {
    const before = replacedId === undefined ? undefined : requirePolicy(from, replacedId)
    checkRules(from, body, '', body.decision)
    const id = before?.id ?? crypto.randomUUID()
    const policy = stamped({ ...body, id }, c.get('now'), before)
    return {
      edits: [save('policies', policy)],
      result: policyView(from, policy, true),
    }
  })
  reportWithoutEffect(c, 'policy', body)
  return stored
}

function requirePolicy(from: Configuration, id: string | undefined) {
  const policy = from.policies.find((each) => each.id === id)
  if (!policy) throw notFound('policy_not_found')
  return policy
}
