import * as z from 'zod'
import { type ReusablePolicy, reusablePolicySchema } from '../../access/policy'
import { timestampsOf } from '../../access/timestamps'
import type { Configuration } from '../../store/configuration'

/** The schema of a policy in a response. */
export const policyResult = z.looseObject({
  ...reusablePolicySchema.shape,
  id: z.string(),
  precedence: z.int().optional(),
  reusable: z.boolean(),
  app_count: z.int().optional(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

/** Returns a policy as the API shows it; a reusable one with the number of its applications. */
export function policyView(from: Configuration, policy: ReusablePolicy, isReusable: boolean) {
  return {
    ...policy,
    reusable: isReusable,
    ...(isReusable && { app_count: countApplications(from, policy.id) }),
    ...timestampsOf(policy),
  }
}

function countApplications(from: Configuration, policyId: string): number {
  return from.collections.applications.filter(({ policies }) =>
    policies.some((each) => !('decision' in each) && each.id === policyId),
  ).length
}
