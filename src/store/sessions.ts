import * as z from 'zod'
import { identitySchema } from '../access/identity'

/** A browser's sign-in at the team domain, kept under the session id that begins its `identity_nonce`. */
export const sessionSchema = z.object({
  identity: identitySchema,
  issuedAtSeconds: z.number(),
  ip: z.string(),
  /** When the last cookie that may name it is over. */
  endsAtSeconds: z.number().optional(),
})
export type Session = z.infer<typeof sessionSchema>
