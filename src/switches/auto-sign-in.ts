import * as z from 'zod'
import { emailSchema } from '../access/identity'

/** A rule of automatic sign-in: the person, and their choice on the consent page. */
export const autoSignInSchema = z.strictObject({
  email: emailSchema,
  consent: z.enum(['allow', 'deny'], 'expected allow or deny').default('allow'),
  /** Limits the rule to authorizations of this client. */
  client: z.string().min(1).optional(),
  /** Limits the rule to the next n authorizations. */
  times: z.int().min(1).max(1_000_000).optional(),
})
export type AutoSignIn = z.infer<typeof autoSignInSchema>

/** Returns the index of the first rule that applies to the client; -1 if none does. */
export function matchingRule(rules: readonly AutoSignIn[], clientId: string): number {
  return rules.findIndex(({ client }) => client === undefined || client === clientId)
}

/** Returns the rules after one of them was used. */
export function withoutOne(rules: readonly AutoSignIn[], index: number): AutoSignIn[] {
  return rules.flatMap((rule, at) => {
    if (at !== index || rule.times === undefined) return [rule]
    return rule.times > 1 ? [{ ...rule, times: rule.times - 1 }] : []
  })
}
