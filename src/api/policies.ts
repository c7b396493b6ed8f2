import * as z from 'zod'
import { reusablePolicySchema } from '../access/policy'
import { formatTime } from '../access/timestamps'
import type { AppContext } from '../env'
import type { Configuration } from '../store/configuration'
import { change, deletion, save } from './change'
import { deletedResult } from './deleted'
import { pageOf, pageQuery } from './envelope'
import { invalidRequest, notFound } from './error'
import { type Operation, operation } from './operation'
import { ENOUGH } from './permissions'
import { applicationsWith, policyResult, policyView } from './policy-view'
import { checkReferences } from './references'

const LIST = '/access/policies'
const ONE = `${LIST}/:policy_id`

/** `/access/policies`: reusable policies, for applications to name. */
export const policies: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: 'List reusable policies',
    permissions: ENOUGH.readPolicies,
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
    permissions: ENOUGH.writePolicies,
    status: 201,
    body: reusablePolicySchema,
    result: policyResult,
    handle: (c, { body }) => put(c, undefined, body),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get a reusable policy',
    permissions: ENOUGH.readPolicies,
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
    permissions: ENOUGH.writePolicies,
    body: reusablePolicySchema,
    result: policyResult,
    handle: (c, { params, body }) => put(c, params.policy_id, body),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: 'Delete a reusable policy',
    permissions: ENOUGH.writePolicies,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requirePolicy(from, params.policy_id)
        const [user] = applicationsWith(from, id)
        // Assumed: what an application asks stays.
        if (user) throw invalidRequest(`the policy is used by the application ${user.name}`)
        return { edits: [deletion('policies', id)], result: { id } }
      }),
  }),
]

function put(c: AppContext, id: string | undefined, body: z.infer<typeof reusablePolicySchema>) {
  return change(c, (from) => {
    const now = formatTime(c.get('now'))
    const before = id === undefined ? undefined : requirePolicy(from, id)
    checkReferences(from, body, '', body.decision)
    const policy = {
      ...body,
      id: before?.id ?? crypto.randomUUID(),
      created_at: before?.created_at ?? now,
      updated_at: now,
    }
    return {
      edits: [save('policies', policy.id, policy)],
      result: policyView(from, policy, true),
    }
  })
}

function requirePolicy(from: Configuration, id: string | undefined) {
  const policy = from.policies.find((each) => each.id === id)
  if (!policy) throw notFound('policy_not_found')
  return policy
}
