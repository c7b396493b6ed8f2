import * as z from 'zod'
import { identitySchema } from '../access/identity'
import { secondsSchema } from '../access/timestamps'

/** A browser's sign-in at the team domain, kept under the session id that begins its `identity_nonce`. */
export const sessionSchema = z.object({
  identity: identitySchema,
  issuedAtSeconds: secondsSchema,
  ip: z.string(),
  /** When the last cookie that may name it is over. */
  endsAtSeconds: secondsSchema.optional(),
})
export type Session = z.infer<typeof sessionSchema>
