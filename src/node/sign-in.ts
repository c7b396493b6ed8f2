import { createHash, randomBytes } from 'node:crypto'
import type { Send } from './control.ts'

/** What the token endpoint answers, and whose it is. */
export type Tokens = {
  clientId: string
  accessToken: string
  refreshToken: string
  expiresInSeconds: number
  /** The `resource` that the tokens are for. */
  resource: string
}

export type SignInOptions = {
  /** What the tokens are for; the MCP server where it is left out. */
  resource?: string
  clientName?: string
}

const REDIRECT_URI = 'http://localhost:33418/callback'

type Discovered = {
  registration_endpoint: string
  authorization_endpoint: string
  token_endpoint: string
}

/**
 * Signs a person in through the real flow: discovery, registration, authorization with PKCE, exchange.
 * The pages are answered by automatic sign-in, for this one client and once.
 *
 * @throws Error with the refusal, where policies or rules refuse
 */
export async function signIn(
  send: Send,
  teamUrl: string,
  email: string,
  {
    resource,
    clientName = 'startEmulator',
  }: Required<Pick<SignInOptions, 'resource'>> & SignInOptions,
): Promise<Tokens> {
  const metadata = await json<Discovered>(`${teamUrl}/.well-known/oauth-authorization-server`)
  const { client_id: clientId } = await json<{ client_id: string }>(
    metadata.registration_endpoint,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: clientName,
        redirect_uris: [REDIRECT_URI],
        token_endpoint_auth_method: 'none',
      }),
    },
  )
  const verifier = randomBytes(32).toString('base64url')
  const code = await authorize(send, metadata, { clientId, email, resource, verifier })
  const tokens = await json<Record<string, string>>(metadata.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      code,
      resource,
    }),
  })
  return {
    clientId,
    accessToken: tokens.access_token ?? '',
    refreshToken: tokens.refresh_token ?? '',
    expiresInSeconds: Number(tokens.expires_in),
    resource: tokens.resource ?? '',
  }
}

async function authorize(
  send: Send,
  { authorization_endpoint }: Discovered,
  request: { clientId: string; email: string; resource: string; verifier: string },
): Promise<string> {
  const { clientId, email, resource, verifier } = request
  const before = await send<null | object | object[]>('GET', 'auto-sign-in')
  const rules = before === null ? [] : [before].flat()
  await send('PUT', 'auto-sign-in', [{ email, client: clientId, times: 1 }, ...rules])
  const url = new URL(authorization_endpoint)
  const state = randomBytes(16).toString('base64url')
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    resource,
  }).toString()
  const response = await fetch(url, { redirect: 'manual' })
  const answer = URL.parse(response.headers.get('location') ?? '')?.searchParams
  const code = answer?.get('code')
  if (code && answer?.get('state') === state) return code
  throw new Error(
    `${email} cannot be signed in: ${answer?.get('error_description') ?? textOf(await response.text())}`,
  )
}

async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init)
  const text = await response.text()
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`)
  return JSON.parse(text)
}

function textOf(html: string): string {
  const main = html.match(/<main.*?<\/main>/s)?.[0] ?? html
  return main
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
