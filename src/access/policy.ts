import { z } from 'zod'
import { lifetimeSchema } from './duration'
import type { Person } from './identity'

const emailSchema = z.string().trim().toLowerCase()

/** One rule of a policy, in the API's own form: an object with the kind as its only member. */
export const ruleSchema = z.union(
  [
    z.strictObject({ everyone: z.strictObject({}) }),
    z.strictObject({ email: z.strictObject({ email: emailSchema }) }),
    z.strictObject({ email_domain: z.strictObject({ domain: emailSchema }) }),
  ],
  'expected a rule: {"everyone":{}}, {"email":{"email":"..."}} or {"email_domain":{"domain":"..."}}',
)
export type Rule = z.infer<typeof ruleSchema>

/** An Access policy: include = any of, require = all of, exclude = none of. */
export const policySchema = z.strictObject({
  id: z.uuid().optional(),
  name: z.string().min(1),
  decision: z.enum(['allow', 'deny']),
  include: z.array(ruleSchema).min(1),
  exclude: z.array(ruleSchema).default([]),
  require: z.array(ruleSchema).default([]),
  precedence: z.int().positive().optional(),
  session_duration: lifetimeSchema.optional(),
})
export type Policy = z.infer<typeof policySchema> & { id: string }

/** What the policies say of a person, and which of them said it (none: nothing matched). */
export type Verdict =
  | { allowed: true; policy: Policy }
  | { allowed: false; policy: Policy | undefined }

/**
 * Asks the policies in the order of precedence; the first that matches decides, and where none
 * matches the person is denied.
 *
 * Access: documented (policies, order of execution).
 */
export function evaluate(policies: readonly Policy[], person: Person): Verdict {
  const policy = policies.find((candidate) => matches(candidate, person))
  return policy?.decision === 'allow' ? { allowed: true, policy } : { allowed: false, policy }
}

function matches(policy: Policy, person: Person): boolean {
  const holds = (rule: Rule) => ruleHolds(rule, person)
  return policy.include.some(holds) && policy.require.every(holds) && !policy.exclude.some(holds)
}

function ruleHolds(rule: Rule, person: Person): boolean {
  if ('everyone' in rule) return true
  if ('email' in rule) return person.email === rule.email.email
  return person.email.endsWith(`@${rule.email_domain.domain}`)
}
