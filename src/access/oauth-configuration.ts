import * as z from 'zod'
import { lifetimeSchema } from './duration'
import { dynamicClientRegistrationSchema } from './redirect-rule-schema'

/**
 * `oauth_configuration`: the Managed OAuth of one application. It is on if the object omits `enabled`,
 * and off if the object is absent.
 *
 * Access: documented [K8, K30, K38].
 */
export const oauthConfigurationSchema = z.strictObject({
  enabled: z.boolean().default(true),
  dynamic_client_registration: dynamicClientRegistrationSchema.prefault({}),
  // The defaults of `grantLifetimes` apply inside: responses have only the members that were set.
  grant: z
    .strictObject({
      access_token_lifetime: lifetimeSchema.optional(),
      session_duration: lifetimeSchema.optional(),
    })
    .optional(),
})
export type ManagedOAuth = z.infer<typeof oauthConfigurationSchema>
