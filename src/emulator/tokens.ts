import * as z from 'zod'
import { applicationAt } from '../access/application'
import { emailSchema } from '../access/identity'
import { newSecret } from '../access/token'
import { OAuthError } from '../oauth/errors'
import { codeChallengeOf } from '../oauth/pkce'
import type { AppContext } from '../request/context'
import type { Client } from '../store/clients'
import { readControl } from './body'
import { personDenied } from './denial'
import { respond } from './respond'
import type { Responses } from './responses'
import { refusal, refusalIn, sendAs } from './send-as'
import { mcpServer } from './urls'

const text = z.string().min(1)
export const tokensSchema = z
  .strictObject({
    email: emailSchema,
    /** The MCP server if it is left out. */
    resource: text.optional(),
    /** The id of a registered client; without it, a client is registered. */
    client: text.optional(),
    client_name: text.optional(),
    redirect_uri: text.optional(),
  })
  .refine(({ client, client_name: name }) => client === undefined || name === undefined, {
    path: ['client_name'],
    error:
      'a name is only for a client that this request registers: expected client or client_name',
  })
type Wanted = z.infer<typeof tokensSchema>
type TokenResponse = Omit<Responses['POST tokens'], 'client_id'>

/** No server listens there: the code is read from the redirect. */
const REDIRECT_URI = 'http://localhost:33418/callback'

/**
 * Handles `POST /_emulator/tokens`: signs a person in and returns the response of the token endpoint, with
 * `client_id`. It sends the requests of a client to the endpoints of the team domain, so that all policies
 * and redirect rules apply; only the pages are skipped, and the secret of a client is not needed.
 *
 * @throws OAuthError with the refusal of the endpoint, `access_denied` (403) if the policies refuse
 */
export async function issueTokens(c: AppContext): Promise<Response> {
  const wanted = await readControl(c, tokensSchema)
  // A request with the token follows, and the first one needs the signing key. In Node, another thread makes it
  // meanwhile, in more time than all of this takes.
  c.executionCtx.waitUntil(c.get('emulator').signingKey())
  const client = await clientFor(c, wanted)
  try {
    const tokens = await signIn(c, client, wanted)
    return respond(c, 'POST tokens', { client_id: client.clientId, ...tokens })
  } catch (error) {
    // A refusal leaves nothing behind.
    if (wanted.client === undefined) await c.get('stores').clients.delete(client.clientId)
    throw error
  }
}

async function signIn(c: AppContext, client: Client, wanted: Wanted): Promise<TokenResponse> {
  const redirectUri = wanted.redirect_uri ?? client.redirectUris[0] ?? ''
  if (!client.redirectUris.includes(redirectUri)) {
    const expected = `expected one that the client registered (${client.redirectUris.join(', ')})`
    throw new OAuthError('invalid_request', `redirect_uri: ${expected}`)
  }
  const verifier = await newVerifier()
  const code = await authorize(c, client, wanted, redirectUri, verifier)
  const form = { grant_type: 'authorization_code', client_id: client.clientId }
  const response = await sendAs(c, { client }, oauthEndpoint(c, 'token'), {
    method: 'POST',
    body: new URLSearchParams({
      ...form,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    }),
  })
  if (!response.ok) throw await refusalIn(response)
  return response.json()
}

async function clientFor(c: AppContext, wanted: Wanted): Promise<Client> {
  const { clients } = c.get('stores')
  const id = wanted.client ?? (await register(c, wanted))
  const client = await clients.find(id)
  if (client) return client
  const expected = 'expected the id of a registered client: GET /_emulator/clients lists them'
  throw new OAuthError('invalid_request', `client: ${id.slice(0, 100)} does not exist: ${expected}`)
}

async function register(c: AppContext, { client_name, redirect_uri }: Wanted): Promise<string> {
  const response = await sendAs(c, {}, oauthEndpoint(c, 'registration'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: client_name ?? 'Emulator control',
      redirect_uris: [redirect_uri ?? REDIRECT_URI],
      token_endpoint_auth_method: 'none',
    }),
  })
  if (response.ok) return ((await response.json()) as { client_id: string }).client_id
  if (response.status === 404) {
    const message =
      'no application registers clients: turn on dynamic_client_registration, or send the id of a client'
    throw new OAuthError('invalid_request', message)
  }
  throw await refusalIn(response)
}

/** Returns the code of an authorization. */
async function authorize(
  c: AppContext,
  { clientId }: Client,
  { email, resource = mcpServer(c) }: Wanted,
  redirectUri: string,
  verifier: string,
): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state: newSecret(),
    code_challenge: await codeChallengeOf(verifier),
    code_challenge_method: 'S256',
    resource,
  })
  const response = await sendAs(c, { email }, `${oauthEndpoint(c, 'authorization')}?${query}`)
  const parameters = URL.parse(response.headers.get('location') ?? '')?.searchParams
  const code = parameters?.get('code')
  if (code) return code
  // RFC 6749 4.1.2.1: the authorization endpoint has no status for an error that it redirects.
  if (parameters?.has('error')) {
    throw refusal(parameters.get('error'), parameters.get('error_description'), 400)
  }
  const url = URL.parse(resource)
  const application = url && applicationAt(c.get('configuration').applications, url)
  if (response.status === 403 && application) throw personDenied(c, application, email)
  throw await refusalIn(response)
}

function oauthEndpoint(c: AppContext, name: 'registration' | 'authorization' | 'token'): string {
  const { team } = c.var
  return `${team.origin}${team.accessPath}/oauth/${name}`
}

// The quirk `pkce-challenge-start` refuses challenges that begin with - or _.
async function newVerifier(): Promise<string> {
  const verifier = newSecret()
  return /^[-_]/.test(await codeChallengeOf(verifier)) ? newVerifier() : verifier
}
