import * as z from 'zod'
import { jsonOf } from '../oauth/encoding'

const text = z.string().min(1)

/** The endpoints of an upstream's authorization server. */
export const oauthConfigSchema = z.looseObject({
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  issuer: z.string().optional(),
  revocation_endpoint: z.string().optional(),
  resource: z.string().optional(),
})
export type OAuthConfig = z.infer<typeof oauthConfigSchema>

/** The portal's client at an upstream's authorization server. */
export const registrationSchema = z.looseObject({
  client_id: text,
  redirect_uris: z.array(z.string()).optional(),
  token_endpoint_auth_method: z
    .enum(['none', 'client_secret_post', 'client_secret_basic'])
    .optional(),
  scope: z.string().optional(),
})
export type Registration = z.infer<typeof registrationSchema>

/** Tokens of an upstream. `expires_at_seconds` is by the emulated clock. */
export const upstreamTokensSchema = z.looseObject({
  access_token: text,
  refresh_token: z.string().optional(),
  expires_at_seconds: z.int().optional(),
})
export type UpstreamTokens = z.infer<typeof upstreamTokensSchema>

/** The credential of a server, as it is stored. No response of the API contains it. */
export const credentialSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('headers'), headers: z.record(z.string(), z.string()) }),
  z.object({
    kind: z.literal('oauth'),
    mode: z.enum(['dcr', 'manual']),
    config: oauthConfigSchema.optional(),
    registration: registrationSchema.optional(),
    clientSecret: z.string().optional(),
    clientSecretVersion: z.int().optional(),
    /** The administrator's grant: for sync, and for calls that no person's grant is for. */
    admin: upstreamTokensSchema.optional(),
  }),
])
export type Credential = z.infer<typeof credentialSchema>
export type OAuthCredential = Extract<Credential, { kind: 'oauth' }>

const headersSchema = z.object({ headers: z.record(z.string(), z.string()) })
const manualSchema = z.object({
  auth_mode: z.literal('manual'),
  config: oauthConfigSchema,
  registration_info: registrationSchema,
})
const importedSchema = z.object({
  tokens: z.looseObject({
    access_token: text,
    refresh_token: z.string().optional(),
    expires_in: z.number().optional(),
  }),
  config: oauthConfigSchema,
  registration_info: z.looseObject({
    ...registrationSchema.shape,
    client_secret: z.string().optional(),
  }),
})

/** A credential that cannot be accepted, and the member of the request that is wrong. */
export type CredentialProblem = { member: 'auth_credentials' | 'client_secret'; message: string }

type Given = {
  auth_type: 'oauth' | 'bearer' | 'unauthenticated'
  auth_credentials?: string | undefined
  client_secret?: string | undefined
}

/**
 * Reads the credential of a request for a server. `auth_credentials` is a token, or JSON as text.
 *
 * API: documented [MP3, MP4]. API: reported [MP23], the imported grant.
 *
 * @param before the credential that the request replaces, if there is one
 * @param now the emulated time, in seconds
 */
export function readCredential(
  { auth_type, auth_credentials: text, client_secret: secret }: Given,
  before: Credential | undefined,
  now: number,
): Credential | CredentialProblem {
  if (auth_type === 'unauthenticated') return { kind: 'none' }
  if (auth_type === 'bearer') {
    if (text !== undefined) return bearerCredential(text)
    return before?.kind === 'headers' ? before : { kind: 'none' }
  }
  const old = before?.kind === 'oauth' ? before : undefined
  if (text === undefined) return withSecret(old ?? { kind: 'oauth', mode: 'dcr' }, secret)
  const value = jsonOf(text)
  const imported = importedSchema.safeParse(value)
  if (imported.success) return importedCredential(imported.data, now)
  const manual = manualSchema.safeParse(value)
  if (!manual.success) {
    const message = 'auth_credentials must be the JSON of {auth_mode, config, registration_info}'
    return { member: 'auth_credentials', message }
  }
  const { config, registration_info: registration } = manual.data
  const known = old?.mode === 'manual' ? old : undefined
  return withSecret({ ...known, kind: 'oauth', mode: 'manual', config, registration }, secret)
}

/** Returns whether a value is a problem and not a credential. */
export function isProblem(value: Credential | CredentialProblem): value is CredentialProblem {
  return 'member' in value
}

/**
 * Returns the summary of a credential, which contains no secret; null for a server without OAuth.
 *
 * API: observed [MP8].
 */
export function credentialSummary(credential: Credential) {
  if (credential.kind !== 'oauth') return null
  const { mode, clientSecret, clientSecretVersion, config, registration } = credential
  return {
    auth_mode: mode,
    has_client_secret: clientSecret !== undefined,
    ...(clientSecretVersion !== undefined && { client_secret_version: clientSecretVersion }),
    ...(config && { config: only(config, Object.keys(oauthConfigSchema.shape)) }),
    ...(registration && {
      registration_info: only(registration, Object.keys(registrationSchema.shape)),
    }),
  }
}

// API: documented [MP4]. An update may omit the secret; a new one raises its version.
function withSecret(
  credential: OAuthCredential,
  secret: string | undefined,
): Credential | CredentialProblem {
  if (credential.mode !== 'manual') return credential
  if (secret === undefined && credential.clientSecret === undefined) {
    return { member: 'client_secret', message: 'client_secret must be a non-empty string' }
  }
  if (secret === undefined) return credential
  const { clientSecretVersion = 0 } = credential
  return { ...credential, clientSecret: secret, clientSecretVersion: clientSecretVersion + 1 }
}

function bearerCredential(text: string): Credential | CredentialProblem {
  const own = headersSchema.safeParse(jsonOf(text))
  const headers = own.success ? own.data.headers : { Authorization: `Bearer ${text}` }
  try {
    new Headers(headers)
  } catch {
    return { member: 'auth_credentials', message: 'auth_credentials must be valid as headers' }
  }
  return { kind: 'headers', headers }
}

function importedCredential(
  { tokens, config, registration_info: info }: z.infer<typeof importedSchema>,
  now: number,
): Credential {
  const { client_secret: clientSecret, ...registration } = info
  const { access_token, refresh_token, expires_in: seconds } = tokens
  return {
    kind: 'oauth',
    mode: 'dcr',
    config,
    registration,
    ...(clientSecret !== undefined && { clientSecret }),
    admin: {
      access_token,
      ...(refresh_token !== undefined && { refresh_token }),
      ...(seconds !== undefined && { expires_at_seconds: now + Math.floor(seconds) }),
    },
  }
}

function only(value: Record<string, unknown>, members: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => members.includes(name)))
}
