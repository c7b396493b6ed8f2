import * as z from 'zod'
import { CLIENT_AUTH_METHODS } from '../../oauth/client-auth'
import { OAuthError } from '../../oauth/errors'
import { isWebUri, parseRedirectUri } from '../../oauth/redirect-uri'
import { readJson } from '../../request/body'
import type { AppContext } from '../../request/context'
import { invalidMetadata } from './refusals'

const text = z
  .string()
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
// These URIs are shown and may be linked, so `javascript:` and `data:` are refused. Clients send an
// empty string for a URI that they do not have.
const webUri = z.union([z.literal(''), text.refine(isWebUri, 'must be an http or https URI')])

/** The client metadata of RFC 7591 2. Other members are ignored [R16]. */
const metadataSchema = z.object({
  client_name: text.optional(),
  // Text that is no redirect URI is refused by the rules, like a URI that no rule allows.
  redirect_uris: z.array(z.string().transform(parseRedirectUri)).min(1).max(100),
  // RFC 7591 2: the default if the member is omitted.
  token_endpoint_auth_method: z.enum(CLIENT_AUTH_METHODS).default('client_secret_basic'),
  grant_types: z
    .array(z.enum(['authorization_code', 'refresh_token']))
    .refine((types) => types.includes('authorization_code'), 'must contain authorization_code')
    .optional(),
  response_types: z.array(z.literal('code')).min(1).default(['code']),
  client_uri: webUri.optional(),
  logo_uri: webUri.optional(),
  tos_uri: webUri.optional(),
  policy_uri: webUri.optional(),
  jwks_uri: webUri.optional(),
  contacts: z.array(text).max(20).optional(),
  software_id: text.optional(),
  software_version: text.optional(),
  // MCP clients send it (SEP-837). Access ignores it [R16]; the client report uses it.
  application_type: text.optional().catch(undefined),
})
export type ClientMetadata = z.infer<typeof metadataSchema>

/**
 * Reads the client metadata of a registration request.
 *
 * @throws OAuthError `invalid_client_metadata`
 */
export async function readMetadata(c: AppContext): Promise<ClientMetadata> {
  const result = metadataSchema.safeParse(await readBody(c))
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw invalidMetadata(`${issue?.path.join('.') || 'the body'}: ${issue?.message}`)
}

// RFC 7591 3.2.2 has one code for everything that is wrong with a request.
async function readBody(c: AppContext): Promise<unknown> {
  try {
    return await readJson(c)
  } catch (error) {
    if (!(error instanceof OAuthError) || error.code !== 'invalid_request') throw error
    throw invalidMetadata(error.description, error.status)
  }
}
