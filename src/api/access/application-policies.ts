import * as z from 'zod'
import type { PolicyEntry, StoredApplication } from '../../access/application'
import { policySchema } from '../../access/policy'
import { formatTime, stamped } from '../../access/timestamps'
import type { AppContext } from '../../request/context'
import type { Configuration } from '../../store/configuration'
import { change, save } from '../change'
import { deletedResult } from '../deleted'
import { pageOf, pageQuery } from '../envelope'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { checkRules } from '../references'
import { applicationPolicyView, policiesOf } from './application-view'
import { requireApplication } from './applications'
import { policyResult } from './policy-view'
import { reportWithoutEffect } from './without-effect'

const PERMISSIONS = accepted('access', 'access-policy')

const LIST = '/access/apps/:app_id/policies'
const ONE = `${LIST}/:policy_id`

type Params = Record<string, string>
type OwnPolicy = Extract<PolicyEntry, { decision: string }>

/**
 * `/access/apps/{id}/policies`: the policies of an application. Those that are not reusable can be
 * changed here.
 *
 * Access: observed [K12].
 */
export const applicationPolicies: Operation[] = [
  operation({
    method: 'get',
    path: LIST,
    summary: "List an application's policies",
    permissions: PERMISSIONS.read,
    query: z.object(pageQuery),
    result: policyResult,
    isList: true,
    handle: (c, { params, query }) => pageOf(viewsOf(c.get('configuration'), params), query),
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: "Get an application's policy",
    permissions: PERMISSIONS.read,
    result: policyResult,
    handle: (c, { params }) => requirePolicy(c.get('configuration'), params),
  }),
  operation({
    method: 'post',
    path: LIST,
    summary: 'Add a policy to an application',
    permissions: PERMISSIONS.write,
    status: 201,
    body: policySchema,
    result: policyResult,
    handle: (c, { params, body }) => put(c, params, body),
  }),
  operation({
    method: 'put',
    path: ONE,
    summary: "Replace an application's policy",
    permissions: PERMISSIONS.write,
    body: policySchema,
    result: policyResult,
    handle: (c, { params, body }) => put(c, params, body),
  }),
  operation({
    method: 'delete',
    path: ONE,
    summary: "Delete an application's policy",
    permissions: PERMISSIONS.write,
    status: 202,
    result: deletedResult,
    handle: (c, { params }) =>
      change(c, (from) => {
        const { id } = requirePolicy(from, params)
        const application = requireApplication(from, params.app_id)
        const policies = application.policies.filter((each) => each.id !== id)
        return { edits: [changed(c, application, policies)], result: { id } }
      }),
  }),
]

async function put(c: AppContext, params: Params, body: z.infer<typeof policySchema>) {
  const stored = await change(c, (from) => {
    const application = requireApplication(from, params.app_id)
    const before = params.policy_id === undefined ? undefined : requireOwn(from, params)
    const others = application.policies.filter(({ id }) => id !== before?.id)
    const last = Math.max(0, ...others.map(({ precedence }) => precedence))
    const id = before?.id ?? crypto.randomUUID()
    const precedence = body.precedence ?? before?.precedence ?? last + 1
    const policy: OwnPolicy = stamped({ ...body, id, precedence }, c.get('now'), before)
    if (others.some(({ precedence }) => precedence === policy.precedence)) {
      throw invalidRequest('policy precedences must be unique', '/precedence')
    }
    checkRules(from, policy, '', policy.decision)
    const policies = [...others, policy].sort((a, b) => a.precedence - b.precedence)
    return {
      edits: [changed(c, application, policies)],
      result: applicationPolicyView(from, policy),
    }
  })
  reportWithoutEffect(c, 'policy', body)
  return stored
}

function changed(c: AppContext, application: StoredApplication, policies: PolicyEntry[]) {
  const updated_at = formatTime(c.get('now'))
  return save('applications', { ...application, policies, updated_at })
}

function viewsOf(from: Configuration, params: Params) {
  const policies = policiesOf(from, requireApplication(from, params.app_id))
  return policies.map((policy) => applicationPolicyView(from, policy))
}

function requirePolicy(from: Configuration, params: Params) {
  const policy = viewsOf(from, params).find(({ id }) => id === params.policy_id)
  if (!policy) throw notFound('policy_not_found')
  return policy
}

// Assumed: a reusable policy cannot be changed through one of its applications.
function requireOwn(from: Configuration, params: Params): OwnPolicy {
  const { id } = requirePolicy(from, params)
  const { policies } = requireApplication(from, params.app_id)
  const own = policies.find((each) => each.id === id)
  if (own && 'decision' in own) return own
  throw invalidRequest('the policy is reusable: change it at /access/policies instead')
}
