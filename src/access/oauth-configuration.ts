import * as z from 'zod'
import { lifetimeSchema } from './duration'
import { dynamicClientRegistrationSchema } from './redirect-rule-schema'

/**
 * `oauth_configuration`: the Managed OAuth of one application. It is on if the object omits `enabled`,
 * and off if the object is absent.
 *
 * Access: documented [K8, K30].
 */
export const oauthConfigurationSchema = z.strictObject({
  enabled: z.boolean().default(true),
  dynamic_client_registration: dynamicClientRegistrationSchema.prefault({}),
  grant: z
    .strictObject({
      access_token_lifetime: lifetimeSchema.default('15m'),
      session_duration: lifetimeSchema.optional(),
    })
    .prefault({}),
})
export type ManagedOAuth = z.infer<typeof oauthConfigurationSchema>
