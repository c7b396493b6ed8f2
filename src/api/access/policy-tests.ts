import * as z from 'zod'
import { chosenSchema } from '../../access/chosen-schema'
import { seededIdentity } from '../../access/identity'
import { PEOPLE_PICKER } from '../../access/identity-provider'
import { evaluate, type Policy, reusablePolicySchema } from '../../access/policy'
import type { AppContext } from '../../request/context'
import { whereFrom } from '../../request/judge'
import type { PolicyTest } from '../../store/policy-tests'
import { pageOf, pageQuery } from '../envelope'
import { invalidRequest, notFound } from '../error'
import { type Operation, operation } from '../operation'
import { accepted } from '../permissions'
import { checkRules } from '../references'
import { allUsers } from './users'

const PERMISSIONS = accepted('access', 'access-policy-test')

const LIST = '/access/policy-tests'
const ONE = `${LIST}/:policy_test_id`

/** The lifetime of a test's result. */
const KEPT_SECONDS = 86_400

type Given = string | z.infer<typeof reusablePolicySchema>
const givenSchema = chosenSchema<Given>('The id of a reusable policy, or a policy.', (value) =>
  typeof value === 'string' ? z.string().min(1) : reusablePolicySchema,
)
const bodySchema = z.strictObject({ policies: z.array(givenSchema).default([]) })
const statusSchema = z.enum(['approved', 'blocked', 'error'])

/** `/access/policy-tests`: what policies would decide for every user. */
export const policyTests: Operation[] = [
  operation({
    method: 'post',
    path: LIST,
    summary: 'Test policies against all users',
    permissions: PERMISSIONS.read,
    body: bodySchema,
    result: z.object({ id: z.string(), status: z.literal('success') }),
    async handle(c, { body }) {
      const id = crypto.randomUUID()
      const policies = body.policies.map((given, index) => policyOf(c, given, index))
      await c.get('stores').policyTests.put(id, await run(c, policies), {
        fromSeconds: c.get('now'),
        seconds: KEPT_SECONDS,
      })
      return { id, status: 'success' }
    },
  }),
  operation({
    method: 'get',
    path: ONE,
    summary: 'Get the result of a policy test',
    permissions: PERMISSIONS.read,
    result: z.object({
      id: z.string(),
      status: z.literal('complete'),
      total_users: z.int(),
      users_approved: z.int(),
      users_blocked: z.int(),
      users_errored: z.int(),
      percent_approved: z.int(),
      percent_blocked: z.int(),
      percent_errored: z.int(),
      percent_users_processed: z.int(),
    }),
    async handle(c, { params }) {
      const { users } = await requireTest(c, params)
      const approved = users.filter(({ status }) => status === 'approved').length
      const blocked = users.length - approved
      const percent = (count: number) => Math.round((100 * count) / (users.length || 1))
      return {
        id: params.policy_test_id,
        status: 'complete',
        total_users: users.length,
        users_approved: approved,
        users_blocked: blocked,
        users_errored: 0,
        percent_approved: percent(approved),
        percent_blocked: percent(blocked),
        percent_errored: 0,
        percent_users_processed: 100,
      }
    },
  }),
  operation({
    method: 'get',
    path: `${ONE}/users`,
    summary: 'List the result of a policy test for each user',
    permissions: PERMISSIONS.read,
    query: z.object({
      ...pageQuery,
      status: z.enum(['success', 'fail', 'error']).optional(),
    }),
    result: z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      status: statusSchema,
    }),
    isList: true,
    async handle(c, { params, query }) {
      const wanted = query.status && WANTED[query.status]
      const { users } = await requireTest(c, params)
      return pageOf(
        users.filter(({ status }) => wanted === undefined || status === wanted),
        query,
      )
    },
  }),
]

const WANTED = { success: 'approved', fail: 'blocked', error: 'error' } as const

function policyOf(c: AppContext, given: Given, index: number): Policy {
  const { configuration } = c.var
  const pointer = `/policies/${index}`
  if (typeof given !== 'string') {
    checkRules(configuration, given, pointer, given.decision)
    return { ...given, id: `${index}` }
  }
  const policy = configuration.policies.find(({ id }) => id === given)
  if (!policy) throw invalidRequest(`policy ${given} not found`, pointer)
  return policy
}

async function run(c: AppContext, policies: Policy[]): Promise<PolicyTest> {
  const { references } = c.get('configuration')
  const users = (await allUsers(c)).map(({ id, email, name }) => {
    const identity = seededIdentity(c.get('settings').PEOPLE, email, PEOPLE_PICKER)
    const { decision } = evaluate(policies, { identity, ...whereFrom(c) }, references)
    return {
      id,
      email,
      name,
      status: decision === 'deny' ? ('blocked' as const) : ('approved' as const),
    }
  })
  return { users }
}

async function requireTest(c: AppContext, params: Record<string, string>): Promise<PolicyTest> {
  const test = await c.get('stores').policyTests.find(params.policy_test_id ?? '')
  if (!test) throw notFound('policy_test_not_found')
  return test
}
