import { createHash, randomBytes } from 'node:crypto'
import type { RunFunction } from '../../src/node'

/** The mistakes that the client can make. */
export type Flaw =
  | 'no-resource'
  | 'metadata-at-application'
  | 'authorizes-when-expired'
  | 'gives-up'
  | 'repeats-refused-refresh'
  | 'refreshes-in-each-process'
  | 'ignores-iss'
  | 'guesses-registration'
  | 'keeps-dead-client'
  | 'retries-at-once'
  | 'asks-again-and-again'
  | 'watches-the-keys'
  | 'drops-tokens-when-busy'
  | 'ignores-missing-iss'
  | 'ignores-metadata-issuer'
  | 'ignores-pkce-methods'
  | 'guesses-metadata'
  | 'shares-client-between-issuers'
  | 'repeats-without-scope'

type Fetch = Parameters<RunFunction>[1]
type Tokens = { access_token: string; refresh_token?: string }
type Server = {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  registration_endpoint?: string
  code_challenge_methods_supported?: string[]
  authorization_response_iss_parameter_supported?: boolean
}
type Kept = {
  keys?: string
  client?: string
  issuer?: string
  scope?: string
  tokens?: Tokens | undefined
  refreshing?: Promise<void> | undefined
}

const REDIRECT_URI = 'http://127.0.0.1:43210/callback'
const CALLS = 5
const MOST_ATTEMPTS = 6

class Refused extends Error {}

/** Returns a client for `checkClient` that follows the rules, except for one. */
export function checkedClient(flaw?: Flaw): RunFunction {
  // By URL: each situation has another one.
  const kept = new Map<string, Kept>()
  return async (url, fetch) => {
    const memory = kept.get(url) ?? {}
    kept.set(url, memory)
    const client = new CheckedClient(url, fetch, memory, flaw)
    for (let calls = 0; calls < CALLS; calls++) await client.call()
  }
}

class CheckedClient {
  constructor(
    private readonly url: string,
    private readonly send: Fetch,
    private readonly kept: Kept,
    private readonly flaw: Flaw | undefined,
  ) {}

  /** Sends a request with the name of the software, by which the client report recognises it. */
  fetch(url: string, init: RequestInit = {}): Promise<Response> {
    return this.send(url, { ...init, headers: { ...init.headers, 'user-agent': 'checked/1' } })
  }

  async call(): Promise<void> {
    for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
      const token = this.kept.tokens?.access_token
      const response = await this.fetch(this.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(token && { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
      })
      await response.text()
      const challenge = response.headers.get('www-authenticate') ?? ''
      if (this.flaw === 'watches-the-keys') await this.#watchKeys()
      if (response.status === 403) this.#stepUp(challenge)
      else if (response.status !== 401) return
      await this.#renew(challenge)
    }
    throw new Refused('no access')
  }

  async #watchKeys(): Promise<void> {
    if (!this.kept.tokens) return
    const server = await this.#discover('')
    const keys = await (await this.fetch(`${server.issuer}/cdn-cgi/access/certs`)).text()
    if (this.kept.keys !== undefined && this.kept.keys !== keys) await this.#authorize(server)
    this.kept.keys = keys
  }

  #stepUp(challenge: string): void {
    if (this.flaw === 'repeats-without-scope') return
    this.kept.scope = challenge.match(/scope="([^"]+)"/)?.[1] ?? ''
    // A refresh would not add the scope.
    this.kept.tokens = undefined
  }

  async #renew(challenge: string): Promise<void> {
    const server = await this.#discover(challenge)
    const { flaw, kept } = this
    if (kept.tokens?.refresh_token && flaw !== 'authorizes-when-expired') {
      if (flaw === 'refreshes-in-each-process') await this.#refresh(server)
      else {
        kept.refreshing ??= this.#refresh(server).finally(() => {
          kept.refreshing = undefined
        })
        await kept.refreshing
      }
      if (kept.tokens) return
    }
    for (let times = 0; ; times++) {
      try {
        return await this.#authorize(server)
      } catch (error) {
        if (flaw !== 'asks-again-and-again' || times === 3) throw error
        await this.#discover(challenge)
      }
    }
  }

  async #discover(challenge: string): Promise<Server & { resource: string }> {
    const { origin, pathname } = new URL(this.url)
    const metadata =
      challenge.match(/resource_metadata="([^"]+)"/)?.[1] ??
      (this.flaw === 'guesses-metadata'
        ? `${origin}/.well-known/cloudflare-access-protected-resource${pathname}`
        : `${origin}/.well-known/oauth-protected-resource${pathname}`)
    const resource = await this.#json<{ resource: string; authorization_servers: string[] }>(
      metadata,
    )
    const issuer =
      this.flaw === 'metadata-at-application' ? origin : (resource.authorization_servers[0] ?? '')
    const server = await this.#json<Server>(metadataUrlOf(issuer))
    const { flaw, kept } = this
    if (server.issuer !== issuer && flaw !== 'ignores-metadata-issuer' && origin !== issuer) {
      throw new Refused('another issuer')
    }
    const hasPkce = server.code_challenge_methods_supported?.includes('S256')
    if (!hasPkce && flaw !== 'ignores-pkce-methods') throw new Refused('no PKCE')
    if (kept.issuer !== issuer && flaw !== 'shares-client-between-issuers') {
      kept.client = undefined
      kept.tokens = undefined
    }
    kept.issuer = issuer
    return { ...server, resource: resource.resource }
  }

  async #authorize(server: Server & { resource: string }): Promise<void> {
    const { flaw, kept } = this
    kept.client ??= await this.#register(server)
    const verifier = randomBytes(32).toString('base64url')
    const state = randomBytes(16).toString('hex')
    const resource = flaw === 'no-resource' ? undefined : server.resource
    const response = await this.fetch(
      `${server.authorization_endpoint}?${form({
        response_type: 'code',
        client_id: kept.client,
        redirect_uri: REDIRECT_URI,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        state,
        resource,
        scope: kept.scope,
      })}`,
    )
    const location = response.headers.get('location')
    const callback = location ? new URL(location).searchParams : undefined
    const code = callback?.get('code')
    if (!code && flaw !== 'keeps-dead-client') kept.client = undefined
    if (!callback || !code) throw new Refused('the authorization was refused')
    const iss = callback.get('iss')
    if (flaw !== 'ignores-iss' && iss !== null && iss !== server.issuer) {
      throw new Refused('another issuer')
    }
    const isAnnounced = server.authorization_response_iss_parameter_supported
    if (flaw !== 'ignores-missing-iss' && isAnnounced && iss === null)
      throw new Refused('no issuer')
    await this.#exchange(server, {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: REDIRECT_URI,
      resource,
    })
  }

  async #register({ registration_endpoint, issuer }: Server): Promise<string> {
    const isGuess = this.flaw === 'guesses-registration'
    const endpoint = registration_endpoint ?? (isGuess ? `${issuer}/register` : undefined)
    if (!endpoint) throw new Refused('the server registers no clients')
    const response = await this.fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Checked',
        redirect_uris: [REDIRECT_URI],
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      }),
    })
    if (response.status !== 201) throw new Refused('not registered')
    return ((await response.json()) as { client_id: string }).client_id
  }

  async #refresh(server: Server & { resource: string }): Promise<void> {
    const { flaw, kept } = this
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: kept.tokens?.refresh_token,
      resource: server.resource,
    }
    const times = flaw === 'repeats-refused-refresh' ? 5 : flaw === 'retries-at-once' ? 2 : 1
    for (let attempts = 0; attempts < times; attempts++) {
      const error = await this.#exchange(server, refresh)
      if (error === undefined) return
      if (error === 'invalid_client' && flaw !== 'keeps-dead-client') kept.client = undefined
      const isTemporary = error === 'temporarily_unavailable' && flaw !== 'drops-tokens-when-busy'
      if (!isTemporary && flaw !== 'gives-up') kept.tokens = undefined
      if (attempts === times - 1 && (isTemporary || flaw === 'gives-up')) throw new Refused(error)
    }
  }

  /** Sends a token request, and returns the error of a refusal. */
  async #exchange(
    server: Server,
    parameters: Record<string, string | undefined>,
  ): Promise<string | undefined> {
    const response = await this.fetch(server.token_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form({ ...parameters, client_id: this.kept.client }),
    })
    const text = await response.text()
    if (response.status === 200) {
      this.kept.tokens = JSON.parse(text) as Tokens
      return undefined
    }
    return text.startsWith('{') ? (JSON.parse(text) as { error: string }).error : 'lost'
  }

  async #json<T>(url: string): Promise<T> {
    return (await this.fetch(url)).json() as Promise<T>
  }
}

// RFC 8414 3.1: the path of the issuer follows the well-known path.
function metadataUrlOf(issuer: string): string {
  const { origin, pathname } = new URL(issuer)
  return `${origin}/.well-known/oauth-authorization-server${pathname === '/' ? '' : pathname}`
}

function form(parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => !!entry[1])
  return new URLSearchParams(given).toString()
}
