import * as z from 'zod'
import { type StoredApplication, withPolicies } from '../../access/application'
import { applicationSchema, isPublic } from '../../access/application-schema'
import type { Policy } from '../../access/policy'
import { timestampsOf } from '../../access/timestamps'
import type { Configuration } from '../../store/configuration'
import { policyResult, policyView } from './policy-view'

/** An application as the API answers it. */
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
 * An application as the API answers it: everything filled in, where it is in its three spellings,
 * reusable policies expanded.
 *
 * Access: observed by others (section C.1).
 */
export function applicationView(from: Configuration, stored: StoredApplication) {
  return {
    ...stored,
    self_hosted_domains: stored.destinations.filter(isPublic).map(({ uri }) => uri),
    policies: policiesOf(from, stored).map((policy) => applicationPolicyView(from, policy)),
    ...timestampsOf(stored),
  }
}

/** What an application asks, its reusable policies in place of their ids. */
export function policiesOf(from: Configuration, stored: StoredApplication): Policy[] {
  const reusable = new Map(from.policies.map((policy) => [policy.id, policy]))
  return withPolicies(stored, reusable).policies
}

/** A policy as an application has it. */
export function applicationPolicyView(from: Configuration, policy: Policy) {
  const { precedence, reusable = false } = policy
  return { ...policyView(from, policy, reusable), precedence }
}
