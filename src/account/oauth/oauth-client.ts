import * as z from 'zod'
import type { Timestamps } from '../../access/timestamps'
import { isWebUri } from '../../oauth/redirect-uri'
import { scopesProblem } from './client-scopes'
import type { ClientUriVerification } from './client-uri-verification'
import { oauthClientRedirectUriSchema } from './redirect-match'

const GRANT_TYPES = ['authorization_code', 'refresh_token'] as const
const RESPONSE_TYPES = ['token', 'id_token', 'code'] as const
const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const

const webUri = z.string().refine(isWebUri, 'expected an http or https URI')

const originSchema = z
  .string()
  .refine(
    (text) => URL.parse(text)?.origin === text,
    'expected an origin, such as https://example.com',
  )

// The members of a self-managed OAuth client that its owner sets. API: documented [C1].
const members = {
  client_name: z.string().max(1000),
  grant_types: z
    .array(z.enum(GRANT_TYPES))
    .refine((types) => types.includes('authorization_code'), 'must contain authorization_code'),
  redirect_uris: z.array(oauthClientRedirectUriSchema).min(1),
  response_types: z.array(z.enum(RESPONSE_TYPES)).min(1),
  scopes: z.array(z.string()),
  token_endpoint_auth_method: z.enum(AUTH_METHODS),
  optional_scopes: z.array(z.string()).optional(),
  client_uri: webUri.optional(),
  logo_uri: webUri.optional(),
  policy_uri: webUri.optional(),
  tos_uri: webUri.optional(),
  post_logout_redirect_uris: z.array(oauthClientRedirectUriSchema).optional(),
  allowed_cors_origins: z.array(originSchema).optional(),
}

/** A client in the request that creates it. */
export const oauthClientSchema = z.strictObject(members).superRefine((client, context) => {
  const problem = scopesProblem(client)
  if (problem) context.addIssue({ code: 'custom', ...problem })
})
export type OAuthClientMembers = z.infer<typeof oauthClientSchema>

/** The changes of a PATCH. `visibility` can only become public. API: documented [C3, C9]. */
export const oauthClientChangesSchema = z
  .strictObject({
    ...members,
    visibility: z.literal('public', 'expected public: it cannot be undone'),
  })
  .partial()
export type OAuthClientChanges = z.infer<typeof oauthClientChangesSchema>

/** A client as it is stored, with hashes of its secrets. */
export type OAuthClient = OAuthClientMembers &
  Timestamps & {
    client_id: string
    /** The account that owns it. */
    account_id: string
    visibility: 'public' | 'private'
    optional_scopes: string[]
    client_uri_verification?: ClientUriVerification | undefined
    /** The current secret first, then the previous one while it is accepted [C5]. */
    secretHashes: string[]
    promoted_at?: string | undefined
  }
