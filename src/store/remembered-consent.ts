import * as z from 'zod'
import { secondsSchema } from '../access/timestamps'

/** That a person has allowed a client for an application, under the ids of the three. */
export const rememberedConsentSchema = z.object({ atSeconds: secondsSchema })
export type RememberedConsent = z.infer<typeof rememberedConsentSchema>
