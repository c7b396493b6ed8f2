import * as z from 'zod'
import { lifetimeSchema } from './duration'
import type { Subject } from './rule-kinds'
import {
  type Combination,
  combination,
  combinationHolds,
  isNotEmulated,
  type References,
} from './rules'
import type { Timestamps } from './timestamps'

// The members of an Access policy. The dashboard calls `non_identity` Service Auth.
const members = {
  name: z.string().min(1),
  decision: z.enum(['allow', 'deny', 'non_identity', 'bypass']),
  ...combination,
  session_duration: lifetimeSchema.nullish(),
  // Stored and returned; they decide nothing in the emulator.
  approval_groups: z.array(z.looseObject({})).optional(),
  approval_required: z.boolean().optional(),
  connection_rules: z.looseObject({}).optional(),
  isolation_required: z.boolean().optional(),
  mfa_config: z.looseObject({}).optional(),
  purpose_justification_prompt: z.string().optional(),
  purpose_justification_required: z.boolean().optional(),
}

/** A reusable policy, which applications refer to. */
export const reusablePolicySchema = z.strictObject(members)
export type ReusablePolicy = z.infer<typeof reusablePolicySchema> & { id: string } & Timestamps

const MAX_PRECEDENCE = 1_000_000

/** A policy that belongs to one application. */
export const policySchema = z.strictObject({
  id: z.uuid().optional(),
  ...members,
  precedence: z.int().positive().max(MAX_PRECEDENCE).optional(),
})

/** A policy as an application evaluates it. */
export type Policy = z.infer<typeof policySchema> & {
  id: string
  reusable?: boolean
} & Timestamps

/** The decision for a subject, and the policy that made it: undefined if none matched. */
export type Verdict =
  | { decision: 'allow' | 'non_identity' | 'bypass'; policy: Policy }
  | { decision: 'deny'; policy: Policy | undefined }

/**
 * Evaluates the policies. Bypass and Service Auth come first, then allow and deny, each in order of
 * precedence. The first policy that matches decides; if none matches, the decision is deny.
 *
 * Access: documented [K32]. Assumed: Service Auth needs a machine's credential and allow and deny need a
 * person, even if the rules hold for everyone.
 *
 * @param policies in the order of precedence
 */
export function evaluate(
  policies: readonly Policy[],
  subject: Subject,
  references: References,
): Verdict {
  const matches = (policy: Policy) =>
    appliesTo(policy, subject) && combinationHolds(policy, subject, references)
  const first = policies.find((policy) => !concernsPersons(policy) && matches(policy))
  const policy = first ?? policies.find((each) => concernsPersons(each) && matches(each))
  if (!policy || policy.decision === 'deny') return { decision: 'deny', policy }
  return { decision: policy.decision, policy }
}

/** Returns the rule kinds of these policies and their groups that the emulator cannot evaluate. */
export function kindsNotEmulated(policies: readonly Policy[], references: References): string[] {
  const kinds = new Set<string>()
  const seen = new Set<Combination>()
  const visit = (rules: Combination) => {
    if (seen.has(rules)) return
    seen.add(rules)
    for (const rule of [...rules.include, ...rules.require, ...rules.exclude]) {
      if (isNotEmulated(rule)) kinds.add(Object.keys(rule)[0] ?? '')
      const group = references.groups.find(({ id }) => id === rule.group?.id)
      if (group) visit(group)
    }
  }
  policies.forEach(visit)
  return [...kinds]
}

function concernsPersons({ decision }: Policy): boolean {
  return decision === 'allow' || decision === 'deny'
}

function appliesTo({ decision }: Policy, subject: Subject): boolean {
  switch (decision) {
    case 'bypass':
      return true
    case 'non_identity':
      return subject.serviceToken !== undefined || subject.linkedApplicationId !== undefined
    case 'allow':
    case 'deny':
      return subject.identity !== undefined
  }
}
