import * as z from 'zod'

/** That a person has allowed a client for an application, under the ids of the three. */
export const rememberedConsentSchema = z.object({ atSeconds: z.number() })
export type RememberedConsent = z.infer<typeof rememberedConsentSchema>
