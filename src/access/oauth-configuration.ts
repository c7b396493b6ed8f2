import * as z from 'zod'
import { lifetimeSchema } from './duration'
import { dynamicClientRegistrationSchema } from './redirect-rule-schema'

/**
 * `oauth_configuration`: Managed OAuth of one application. On where the object is there and
 * `enabled` is left out; off where the object is absent.
 *
 * Access: documented (API reference), defaults included.
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
