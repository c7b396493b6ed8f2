import * as z from 'zod'
import { timestampsOf } from '../../access/timestamps'
import { type OAuthClient, oauthClientChangesSchema } from '../../account/oauth/oauth-client'

/** A client as the API answers it (section A.1). */
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

/** A client with its secret, which is shown once; there is none for the method `none`. */
export const newClientResult = clientResult.extend({ client_secret: z.string().optional() })

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
