import * as z from 'zod'
import {
  evaluateAccountRules,
  type RedirectRefusal,
  registersClients,
} from '../access/redirect-rules'
import { CLIENT_AUTH_METHODS } from '../oauth/client-auth'
import { OAuthError } from '../oauth/errors'
import { isWebUri, parseRedirectUri } from '../oauth/redirect-uri'
import { readJson } from '../request/body'
import type { AppContext } from '../request/context'
import { note, reportDecision, reportRefusal } from '../request/events'
import { type Client, newClientSecret } from '../store/clients'

const text = z
  .string()
  .max(1000)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
// Shown and perhaps linked somewhere, so `javascript:` and `data:` have no place here. Clients send
// an empty string for what they do not have.
const webUri = z.union([z.literal(''), text.refine(isWebUri, 'must be an http or https URI')])

/** Client metadata (RFC 7591 2). What is not named here is ignored [R16]. */
const metadataSchema = z.object({
  client_name: text.optional(),
  // Each is judged by the rules: one that is no redirect URI is refused like one that no rule allows.
  redirect_uris: z.array(z.string().transform(parseRedirectUri)).min(1).max(100),
  // RFC 7591 2: this is the default where the member is left out.
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
  // MCP clients say it (SEP-837); Access does nothing with it [R16], the client's report does.
  application_type: text.optional().catch(undefined),
})

/**
 * `POST /cdn-cgi/access/oauth/registration`: registers a client (RFC 7591) [R1-R16].
 *
 * @throws OAuthError `invalid_client_metadata`
 */
export async function register(c: AppContext): Promise<Response> {
  const applications = c.get('configuration').applications
  if (!registersClients(applications)) {
    reportRefusal(c, {
      outcome: 'refused',
      rule: 'R7',
      why: 'No application of the account has both Managed OAuth and dynamic_client_registration.enabled on.',
      change: 'Turn both on for one of them.',
    })
    return c.json({ error: 'not_found' }, 404)
  }
  const metadata = await readMetadata(c)
  const facts = factsOf(metadata)
  note(c, { ...facts, client: { id: '', name: metadata.client_name } })
  const verdict = evaluateAccountRules(applications, metadata.redirect_uris)
  if (verdict.refusal) throw notAllowed(c, metadata.redirect_uris.length, verdict.refusal)
  const { client, secret } = await createClient(metadata, c.get('now'))
  await c.get('stores').clients.put(client.clientId, client)
  reportDecision(c, {
    ...facts,
    client: { id: client.clientId, name: client.name },
    rule: verdict.rules.join(', '),
    why: `${client.name ?? 'The client'} is registered.`,
  })
  c.header('Cache-Control', 'no-store')
  return c.json(answer(c, client, secret), 201)
}

function factsOf(metadata: z.infer<typeof metadataSchema>) {
  return {
    kind: 'registration',
    redirectUris: metadata.redirect_uris.map(({ text }) => text),
    ...(metadata.grant_types && { grantTypes: metadata.grant_types }),
    tokenEndpointAuthMethod: metadata.token_endpoint_auth_method,
    ...(metadata.application_type && { applicationType: metadata.application_type }),
  } as const
}

function notAllowed(c: AppContext, count: number, { why, change }: RedirectRefusal): OAuthError {
  const whole = count > 1 ? ` One URI that is not allowed fails all ${count} [R6].` : ''
  return new OAuthError(
    c.get('quirks').has('rfc7591-errors') ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    'redirect_uri is not allowed by the account configuration',
    {
      hint: {
        rule: 'R5',
        why: `${why}.${whole}`,
        change,
      },
    },
  )
}

async function readMetadata(c: AppContext): Promise<z.infer<typeof metadataSchema>> {
  try {
    const result = metadataSchema.safeParse(await readJson(c))
    if (result.success) return result.data
    const [issue] = result.error.issues
    const member = issue?.path.join('.') || 'the body'
    throw new OAuthError('invalid_client_metadata', `${member}: ${issue?.message}`)
  } catch (error) {
    // RFC 7591 3.2.2 has one code for all of it.
    if (error instanceof OAuthError && error.code === 'invalid_request') {
      throw new OAuthError('invalid_client_metadata', error.description, { status: error.status })
    }
    throw error
  }
}

async function createClient(
  metadata: z.infer<typeof metadataSchema>,
  now: number,
): Promise<{ client: Client; secret: string | undefined }> {
  const {
    client_name,
    redirect_uris,
    token_endpoint_auth_method,
    // Assumed: a client that asks for no grant types gets both that the server has.
    grant_types = ['authorization_code', 'refresh_token'],
    response_types,
    application_type: _,
    ...rest
  } = metadata
  const isPublic = token_endpoint_auth_method === 'none'
  const { secret, secretHash } = isPublic
    ? { secret: undefined, secretHash: undefined }
    : await newClientSecret()
  const client: Client = {
    clientId: crypto.randomUUID(), // [R2]
    secretHash,
    tokenEndpointAuthMethod: token_endpoint_auth_method,
    redirectUris: redirect_uris.map(({ text }) => text),
    grantTypes: grant_types,
    responseTypes: response_types,
    name: client_name,
    metadata: rest,
    issuedAtSeconds: now,
  }
  return { client, secret }
}

// Access: observed [R3, R4]. A registration_client_uri, but no registration_access_token to use it
// with; a secret only for those who asked to have one.
function answer(c: AppContext, client: Client, secret: string | undefined) {
  const { team } = c.var
  return {
    client_id: client.clientId,
    // RFC 7591 3.2.1: 0 says that the secret does not expire.
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    client_name: client.name,
    redirect_uris: client.redirectUris,
    grant_types: client.grantTypes,
    response_types: client.responseTypes,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    ...client.metadata,
    registration_client_uri: `${team.origin}${team.accessPath}/oauth/registration/${client.clientId}`,
    client_id_issued_at: client.issuedAtSeconds,
  }
}
