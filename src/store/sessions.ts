import * as z from 'zod'
import { identitySchema } from '../access/identity'
import { secondsSchema } from '../access/timestamps'

/**
 * A browser's sign-in at the team domain. Its key is the session id, with which its
 * `identity_nonce` begins.
 */
export const sessionSchema = z.object({
  identity: identitySchema,
  issuedAtSeconds: secondsSchema,
  ip: z.string(),
  /** The expiry of the last cookie that may name it. */
  endsAtSeconds: secondsSchema.optional(),
})
export type Session = z.infer<typeof sessionSchema>
