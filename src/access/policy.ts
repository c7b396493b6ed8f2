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

/** An Access policy's members. `non_identity` is what the dashboard calls Service Auth. */
const members = {
  name: z.string().min(1),
  decision: z.enum(['allow', 'deny', 'non_identity', 'bypass']),
  ...combination,
  session_duration: lifetimeSchema.nullish(),
  // Kept and given back; nothing here decides by them.
  approval_groups: z.array(z.looseObject({})).optional(),
  approval_required: z.boolean().optional(),
  connection_rules: z.looseObject({}).optional(),
  isolation_required: z.boolean().optional(),
  mfa_config: z.looseObject({}).optional(),
  purpose_justification_prompt: z.string().optional(),
  purpose_justification_required: z.boolean().optional(),
}

/** A policy of the account, for applications to refer to. */
export const reusablePolicySchema = z.strictObject(members)
export type ReusablePolicy = z.infer<typeof reusablePolicySchema> & { id: string } & Timestamps

const MOST_PRECEDENCE = 1_000_000

/** A policy inside an application: its own. */
export const policySchema = z.strictObject({
  id: z.uuid().optional(),
  ...members,
  precedence: z.int().positive().max(MOST_PRECEDENCE).optional(),
})

/** A policy as an application asks it; `reusable` tells where it is kept. */
export type Policy = z.infer<typeof policySchema> & {
  id: string
  reusable?: boolean
} & Timestamps

/** What the policies say of a subject, and which of them said it (none: nothing matched). */
export type Verdict =
  | { decision: 'allow' | 'non_identity' | 'bypass'; policy: Policy }
  | { decision: 'deny'; policy: Policy | undefined }

/**
 * Asks the policies. Bypass and Service Auth come first, then allow and deny, each in the order of
 * precedence; the first that matches decides, and where none matches the answer is deny.
 *
 * Access: documented (policies, order of execution). Assumed: Service Auth needs a machine's
 * credential, allow and deny a person, also where the rules alone would hold for anybody.
 *
 * @param policies in the order of precedence
 */
export function evaluate(
  policies: readonly Policy[],
  subject: Subject,
  references: References,
): Verdict {
  const matches = (policy: Policy) =>
    concerns(policy, subject) && combinationHolds(policy, subject, references)
  const first = policies.find((policy) => !decidesPersons(policy) && matches(policy))
  const policy = first ?? policies.find((each) => decidesPersons(each) && matches(each))
  if (!policy || policy.decision === 'deny') return { decision: 'deny', policy }
  return { decision: policy.decision, policy }
}

/** The rule kinds of these policies, and of the groups they name, that nothing here can decide. */
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

function decidesPersons({ decision }: Policy): boolean {
  return decision === 'allow' || decision === 'deny'
}

function concerns({ decision }: Policy, subject: Subject): boolean {
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
