import * as z from 'zod'
import { secondsSchema } from '../access/timestamps'

/** A person's consent to a client for an application; the key has the ids of the three. */
export const rememberedConsentSchema = z.object({ atSeconds: secondsSchema })
export type RememberedConsent = z.infer<typeof rememberedConsentSchema>
