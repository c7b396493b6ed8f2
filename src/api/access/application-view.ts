import * as z from 'zod'
import { domainsOf, type StoredApplication, withPolicies } from '../../access/application'
import { applicationSchema } from '../../access/application-schema'
import type { Policy } from '../../access/policy'
import { timestampsOf } from '../../access/timestamps'
import type { Configuration } from '../../store/configuration'
import { policyResult, policyView } from './policy-view'

/** The schema of an application in a response. */
export const applicationResult = z.looseObject({
  ...applicationSchema.shape,
  id: z.uuid(),
  aud: z.string(),
  self_hosted_domains: z.array(z.string()),
  policies: z.array(policyResult),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
})

/**
 * Returns an application as the API shows it: with every default, with its domains in all three
 * spellings, and with reusable policies expanded.
 *
 * Access: documented [K1, K4, K13].
 */
export function applicationView(from: Configuration, stored: StoredApplication) {
  return {
    ...stored,
    self_hosted_domains: domainsOf(stored),
    policies: policiesOf(from, stored).map((policy) => applicationPolicyView(from, policy)),
    ...timestampsOf(stored),
  }
}

/** Returns the policies of an application; reusable ones replace their ids. */
export function policiesOf(from: Configuration, stored: StoredApplication): Policy[] {
  const reusable = new Map(from.policies.map((policy) => [policy.id, policy]))
  return withPolicies(stored, reusable).policies
}

/** Returns a policy as it is shown in its application. */
export function applicationPolicyView(from: Configuration, policy: Policy) {
  const { precedence, reusable = false } = policy
  return { ...policyView(from, policy, reusable), precedence }
}
