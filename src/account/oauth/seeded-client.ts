import * as z from 'zod'
import { EMULATED_ACCOUNT_ID } from '../../access/identity-document'
import { hashSecret } from '../../access/token'
import { keptScopes } from './client-scopes'
import { startVerification } from './client-uri-verification'
import { type OAuthClient, oauthClientSchema } from './oauth-client'

/**
 * An OAuth client of the settings, with the members of the API. A public one counts as promoted, so its
 * `client_uri` counts as verified [C9].
 */
export const seededClientSchema = oauthClientSchema
  .safeExtend({
    client_id: z.string().regex(/^[0-9a-f]{32}$/, 'expected 32 lower-case hexadecimal characters'),
    client_secret: z.string().min(1).optional(),
    account_id: z.string().default(EMULATED_ACCOUNT_ID),
    visibility: z.enum(['private', 'public']).default('private'),
  })
  .superRefine(({ client_secret, token_endpoint_auth_method: method }, context) => {
    if ((client_secret === undefined) === (method === 'none')) return
    const message =
      method === 'none'
        ? 'expected none, because token_endpoint_auth_method is none'
        : `expected a secret, because token_endpoint_auth_method is ${method}`
    context.addIssue({ code: 'custom', path: ['client_secret'], message })
  })
  .transform(async ({ client_secret: secret, ...client }): Promise<OAuthClient> => {
    const { client_id: id, client_uri: uri, visibility } = client
    const verification = uri === undefined ? undefined : await startVerification(id, uri, 0)
    return {
      ...client,
      optional_scopes: client.optional_scopes ?? [],
      scopes: keptScopes(client.scopes, client.grant_types, client.response_types),
      secretHashes: secret === undefined ? [] : [await hashSecret(secret)],
      client_uri_verification: verification && {
        ...verification,
        status: visibility === 'public' ? 'verified' : 'pending',
      },
    }
  })
