import { createHash, randomBytes } from 'node:crypto'
import type { AutoSignIn } from '../switches/auto-sign-in.ts'
import type { Send } from './control.ts'
import type { Reach } from './reach.ts'

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
  /**
   * Where the code would be sent, for redirect rules that allow no localhost. Nobody has to listen there:
   * the code is read from the redirect, which is not followed.
   */
  redirectUri?: string
}

/** Signs a person in. */
export type SignIn = (email: string, options?: SignInOptions) => Promise<Tokens>

const REDIRECT_URI = 'http://localhost:33418/callback'

type Discovered = {
  registration_endpoint: string
  authorization_endpoint: string
  token_endpoint: string
}

/**
 * Signs people in through the real flow: discovery, registration, authorization with PKCE, exchange.
 * The pages are answered by automatic sign-in, for this one client and once. What it answers throws
 * an Error with the refusal, where policies or rules refuse.
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
    const registration = {
      client_name: clientName,
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
    }
    const { client_id: clientId } = await json<{ client_id: string }>(
      await reach(metadata.registration_endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(registration),
      }),
    )
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
    const answer = await automatically({ email, client: clientId }, () => reach(url))
    const code = await codeOf(answer, email, state)
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

type Rule = Pick<AutoSignIn, 'email'> & { client: string }

// The rules are read and written as a whole: two sign-ins at once would lose one's rule. They are
// as they were afterwards, also where the authorization was refused before the rule was asked.
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

async function codeOf(answer: Response, email: string, state: string): Promise<string> {
  const location = answer.headers.get('location') ?? ''
  const parameters = URL.parse(location)?.searchParams
  const code = parameters?.get('code')
  if (code && parameters?.get('state') === state) return code
  const why =
    parameters?.get('error_description') ??
    (textOf(await answer.text()) || `${answer.status} ${location}`)
  throw refusal(`${email} cannot be signed in: ${why}`)
}

async function json<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw refusal(`${response.url} answered ${response.status}: ${text}`)
  return JSON.parse(text)
}

// At registration and at authorization, which ask different rules.
const OF_REDIRECT_RULES = /redirect[_ ]uri (is )?not allowed/i
const HINT =
  'signIn(email, { redirectUri }) names one that allowed_uris of the application allows; nobody has to listen there'

function refusal(message: string): Error {
  return new Error(OF_REDIRECT_RULES.test(message) ? `${message}; ${HINT}` : message)
}

function textOf(html: string): string {
  const main = html.match(/<main.*?<\/main>/s)?.[0] ?? html
  return main
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
