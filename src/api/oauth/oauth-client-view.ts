import * as z from 'zod'
import { timestampsOf } from '../../access/timestamps'
import { type OAuthClient, oauthClientChangesSchema } from '../../account/oauth/oauth-client'

/** The schema of a client in a response. API: documented [C1]. */
export const clientResult = z.object({
  ...oauthClientChangesSchema.shape,
  client_id: z.string(),
  visibility: z.enum(['public', 'private']),
  client_uri_verification: z
    .object({
      status: z.enum(['pending', 'in_progress', 'verified', 'failed']),
      text: z.string(),
    })
    .optional(),
  has_rotated_secret: z.boolean(),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
  promoted_at: z.iso.datetime().optional(),
})

/** The schema of a new client, which has a secret unless its method is `none` [C2]. */
export const newClientResult = clientResult.extend({ client_secret: z.string().optional() })

/** Returns a client as the API shows it, without its secrets. */
export function clientView(client: OAuthClient) {
  const { account_id: _, secretHashes, client_uri_verification: verification, ...rest } = client
  return {
    ...rest,
    ...(verification && {
      client_uri_verification: { status: verification.status, text: verification.text },
    }),
    has_rotated_secret: secretHashes.length > 1,
    ...timestampsOf(client),
  }
}
