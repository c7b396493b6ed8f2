import * as z from 'zod'
import { distinct, type RecordKind } from '../../access/record-kind'
import { secondsSchema } from '../../access/timestamps'
import { type OAuthClient, oauthClientSchema } from './oauth-client'
import { seededClientSchema } from './seeded-client'

const text = z.string().min(1)

export const oauthClientKind: RecordKind<OAuthClient> = {
  noun: 'OAuth client',
  idOf: ({ client_id }) => client_id,
  schema: z.looseObject({
    ...oauthClientSchema.shape,
    client_id: text,
    account_id: text,
    visibility: z.enum(['public', 'private']),
    optional_scopes: z.array(z.string()),
    secretHashes: z.array(z.string()),
    promoted_at: z.iso.datetime().optional(),
    client_uri_verification: z
      .object({
        status: z.enum(['pending', 'in_progress', 'verified', 'failed']),
        text: z.string(),
        startedAtSeconds: secondsSchema,
      })
      .optional(),
  }),
  seed: {
    setting: 'OAUTH_CLIENTS',
    schema: z.array(seededClientSchema).superRefine(distinct('client_id')).default([]),
  },
}
