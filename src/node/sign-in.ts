import { createHash, randomBytes } from 'node:crypto'
import type { AutoSignIn } from '../switches/auto-sign-in.ts'
import type { Send } from './control.ts'
import type { Reach } from './reach.ts'

/** The token response, with the client that it was issued to. */
export type Tokens = {
  clientId: string
  accessToken: string
  refreshToken: string
  expiresInSeconds: number
  /** The `resource` that the tokens are for. */
  resource: string
}

export type SignInOptions = {
  /** The resource that the tokens are for; the MCP server by default. */
  resource?: string
  clientName?: string
  /**
   * The redirect URI, for applications whose redirect rules allow no localhost. No server is needed
   * there: the code is read from the redirect, which is not followed.
   */
  redirectUri?: string
}

/** Signs a person in. Throws an Error with the reason if a policy or a rule refuses. */
export type SignIn = (email: string, options?: SignInOptions) => Promise<Tokens>

const REDIRECT_URI = 'http://localhost:33418/callback'

type Discovered = {
  registration_endpoint: string
  authorization_endpoint: string
  token_endpoint: string
}

/**
 * Returns a function that signs people in through the real flow: discovery, registration,
 * authorization with PKCE, exchange. Automatic sign-in completes the pages, once and for this client
 * only.
 */
export function signInAt(
  reach: Reach,
  send: Send,
  { teamUrl, mcpUrl }: { teamUrl: string; mcpUrl: string },
): SignIn {
  const automatically = oneAtATime(send)
  return async function signIn(email, options = {}) {
    const { resource = mcpUrl, clientName = 'startEmulator', redirectUri = REDIRECT_URI } = options
    const metadata = await json<Discovered>(
      await reach(`${teamUrl}/.well-known/oauth-authorization-server`),
    )
    const clientId = await register(reach, metadata.registration_endpoint, {
      client_name: clientName,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    })
    const verifier = randomBytes(32).toString('base64url')
    const state = randomBytes(16).toString('base64url')
    const url = new URL(metadata.authorization_endpoint)
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      state,
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      resource,
    }).toString()
    const response = await automatically({ email, client: clientId }, () => reach(url))
    const code = await codeOf(response, email, state)
    const tokens = await json<Record<string, string>>(
      await reach(metadata.token_endpoint, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: clientId,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          code,
          resource,
        }),
      }),
    )
    return {
      clientId,
      accessToken: tokens.access_token ?? '',
      refreshToken: tokens.refresh_token ?? '',
      expiresInSeconds: Number(tokens.expires_in),
      resource: tokens.resource ?? '',
    }
  }
}

async function register(reach: Reach, endpoint: string, metadata: object): Promise<string> {
  const response = await reach(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  })
  return (await json<{ client_id: string }>(response)).client_id
}

type Rule = Pick<AutoSignIn, 'email'> & { client: string }

// Runs one sign-in after the other, because the rules are read and written as a whole: of two at once,
// one would lose its rule. Afterwards the rules are as before, even if the authorization was refused
// before its rule was used.
function oneAtATime(send: Send) {
  let last: Promise<unknown> = Promise.resolve()
  return function automatically<T>(rule: Rule, act: () => Promise<T>): Promise<T> {
    const turn = last.then(async () => {
      const before = await rulesOf(send)
      await send('PUT', 'auto-sign-in', [{ ...rule, times: 1 }, ...before])
      try {
        return await act()
      } finally {
        const left = await rulesOf(send)
        const others = left.filter(({ client }) => client !== rule.client)
        if (others.length < left.length) await send('PUT', 'auto-sign-in', others)
      }
    })
    last = turn.catch(() => undefined)
    return turn
  }
}

async function rulesOf(send: Send): Promise<AutoSignIn[]> {
  const rules = await send<null | AutoSignIn | AutoSignIn[]>('GET', 'auto-sign-in')
  return rules === null ? [] : [rules].flat()
}

async function codeOf(response: Response, email: string, state: string): Promise<string> {
  const location = response.headers.get('location') ?? ''
  const parameters = URL.parse(location)?.searchParams
  const code = parameters?.get('code')
  if (code && parameters?.get('state') === state) return code
  const why =
    parameters?.get('error_description') ??
    (textOf(await response.text()) || `${response.status} ${location}`)
  throw refusal(`${email} cannot be signed in: ${why}`)
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw refusal(`${response.url} responded with ${response.status}: ${text}`)
  return JSON.parse(text)
}

// The texts of the two refusals, at registration and at authorization.
const REDIRECT_URI_REFUSED = /redirect[_ ]uri (is )?not allowed/i
const HINT =
  "pass a redirect URI of the application's allowed_uris: signIn(email, { redirectUri }). No server is needed there"

function refusal(message: string): Error {
  return new Error(REDIRECT_URI_REFUSED.test(message) ? `${message}; ${HINT}` : message)
}

function textOf(html: string): string {
  const main = html.match(/<main.*?<\/main>/s)?.[0] ?? html
  return main
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
