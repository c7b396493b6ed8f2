import * as z from 'zod'
import { emailSchema } from '../access/identity'

/** Who signs in by themselves, and what they say at the consent page. */
export const autoSignInSchema = z.strictObject({
  email: emailSchema,
  consent: z.enum(['allow', 'deny'], 'expected allow or deny').default('allow'),
  /** For authorizations of this client only. */
  client: z.string().min(1).optional(),
  /** For the next so many authorizations. */
  times: z.int().min(1).max(1_000_000).optional(),
})
export type AutoSignIn = z.infer<typeof autoSignInSchema>

/** The first rule that is for this client; -1 where there is none. */
export function matchingRule(rules: readonly AutoSignIn[], clientId: string): number {
  return rules.findIndex(({ client }) => client === undefined || client === clientId)
}

/** The rules after one of them was used. */
export function withoutOne(rules: readonly AutoSignIn[], index: number): AutoSignIn[] {
  return rules.flatMap((rule, at) => {
    if (at !== index || rule.times === undefined) return [rule]
    return rule.times > 1 ? [{ ...rule, times: rule.times - 1 }] : []
  })
}
