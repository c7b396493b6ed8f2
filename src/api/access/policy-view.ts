import * as z from 'zod'
import { type ReusablePolicy, reusablePolicySchema } from '../../access/policy'
import { timestampsOf } from '../../access/timestamps'
import type { Configuration } from '../../store/configuration'

/** A policy as the API answers it. */
export const policyResult = z.looseObject({
  ...reusablePolicySchema.shape,
  id: z.string(),
  precedence: z.int().optional(),
  reusable: z.boolean(),
  app_count: z.int().optional(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

/** A policy as the API answers it; of a reusable one, how many applications ask it. */
export function policyView(from: Configuration, policy: ReusablePolicy, isReusable: boolean) {
  return {
    ...policy,
    reusable: isReusable,
    ...(isReusable && { app_count: applicationsWith(from, policy.id).length }),
    ...timestampsOf(policy),
  }
}

/** The applications that ask a reusable policy. */
export function applicationsWith(from: Configuration, policyId: string) {
  return from.collections.applications.filter(({ policies }) =>
    policies.some((each) => !('decision' in each) && each.id === policyId),
  )
}
