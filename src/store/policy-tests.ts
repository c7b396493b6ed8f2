import * as z from 'zod'

/** The results of a policy test, by user. */
export const policyTestSchema = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      email: z.string(),
      name: z.string(),
      status: z.enum(['approved', 'blocked']),
    }),
  ),
})
export type PolicyTest = z.infer<typeof policyTestSchema>
