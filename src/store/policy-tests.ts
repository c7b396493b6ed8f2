import * as z from 'zod'

/** What a test of policies said of each user. */
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
