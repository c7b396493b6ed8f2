import * as z from 'zod'
import type { Timestamps } from '../../access/timestamps'
import { isWebUri } from '../../oauth/redirect-uri'
import { scopesFault } from './client-scopes'
import type { ClientUriVerification } from './client-uri-verification'
import { redirectUriSchema } from './redirect-match'

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

/** The members of a self-managed OAuth client that its owner sets (section A.1). */
const members = {
  client_name: z.string().max(1000),
  grant_types: z
    .array(z.enum(GRANT_TYPES))
    .refine((types) => types.includes('authorization_code'), 'must contain authorization_code'),
  redirect_uris: z.array(redirectUriSchema).min(1),
  response_types: z.array(z.enum(RESPONSE_TYPES)).min(1),
  scopes: z.array(z.string()),
  token_endpoint_auth_method: z.enum(AUTH_METHODS),
  optional_scopes: z.array(z.string()).optional(),
  client_uri: webUri.optional(),
  logo_uri: webUri.optional(),
  policy_uri: webUri.optional(),
  tos_uri: webUri.optional(),
  post_logout_redirect_uris: z.array(redirectUriSchema).optional(),
  allowed_cors_origins: z.array(originSchema).optional(),
}

/** A client as it is created. */
export const oauthClientSchema = z.strictObject(members).superRefine((client, context) => {
  const fault = scopesFault(client)
  if (fault) context.addIssue({ code: 'custom', ...fault })
})
export type OAuthClientMembers = z.infer<typeof oauthClientSchema>

/** What of a client can be changed; `visibility` in one direction only. */
export const oauthClientChangesSchema = z
  .strictObject({
    ...members,
    visibility: z.literal('public', 'expected public: it cannot be undone'),
  })
  .partial()
export type OAuthClientChanges = z.infer<typeof oauthClientChangesSchema>

/** A client as it is kept: never a secret. */
export type OAuthClient = OAuthClientMembers &
  Timestamps & {
    client_id: string
    /** The account that owns it. */
    account_id: string
    visibility: 'public' | 'private'
    optional_scopes: string[]
    client_uri_verification?: ClientUriVerification | undefined
    /** The current secret's first; a second while the old one is still accepted. */
    secretHashes: string[]
    promoted_at?: string | undefined
  }
