import { z } from 'zod'
import { lifetimeSchema } from './duration'
import {
  type Combination,
  combination,
  combinationHolds,
  isNotEmulated,
  type References,
  type Subject,
} from './rules'

/** An Access policy. `non_identity` is what the dashboard calls Service Auth. */
export const policySchema = z.strictObject({
  id: z.uuid().optional(),
  name: z.string().min(1),
  decision: z.enum(['allow', 'deny', 'non_identity', 'bypass']),
  ...combination,
  precedence: z.int().positive().optional(),
  session_duration: lifetimeSchema.optional(),
})
export type Policy = z.infer<typeof policySchema> & { id: string }

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
