/** `fetch`, of a Worker in this process or of the network; redirects are not followed. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

export type Registration = { client_id: string; client_secret?: string }
export type Tokens = {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  resource: string
  refresh_token: string
}

export const REDIRECT_URI = 'http://localhost:53682/callback'
export const VERIFIER = 'a-code-verifier-of-at-least-43-characters-0123456789'

/** An OAuth client whose requests can be changed, so that they are invalid. */
export class Client {
  readonly fetch: Fetch
  readonly app: string
  readonly team: string
  readonly path: string

  constructor(
    fetch: Fetch,
    app = 'http://localhost:8788',
    team = 'http://127.0.0.1:8788',
    path = '/cdn-cgi/access',
  ) {
    this.fetch = fetch
    this.app = app
    this.team = team
    this.path = path
  }

  postJson(path: string, body: unknown): Promise<Response> {
    return this.fetch(this.team + this.path + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  postForm(
    path: string,
    form: Record<string, string | undefined> | string,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.fetch(this.team + this.path + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: typeof form === 'string' ? form : query(form),
    })
  }

  /** The raw response of a registration of a public client. */
  registration(metadata: Record<string, unknown> = {}): Promise<Response> {
    return this.postJson('/oauth/registration', {
      client_name: 'Test client',
      redirect_uris: [REDIRECT_URI],
      token_endpoint_auth_method: 'none',
      ...metadata,
    })
  }

  async register(metadata: Record<string, unknown> = {}): Promise<Registration> {
    const response = await this.registration(metadata)
    if (response.status !== 201) throw new Error(await response.text())
    return response.json()
  }

  async authorizationUrl(
    clientId: string,
    changes: Record<string, string | undefined> = {},
  ): Promise<string> {
    const parameters = query({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      state: 'the-state',
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      resource: `${this.app}/`,
      ...changes,
    })
    return `${this.team}${this.path}/oauth/authorization?${parameters}`
  }

  /** The raw response of an authorization request. */
  async authorization(
    clientId: string,
    changes: Record<string, string | undefined> = {},
  ): Promise<Response> {
    return this.fetch(await this.authorizationUrl(clientId, changes))
  }

  /** The code of an authorization, while automatic sign-in is on. */
  async code(clientId: string, changes: Record<string, string | undefined> = {}): Promise<string> {
    const response = await this.authorization(clientId, changes)
    const code = URL.parse(response.headers.get('location') ?? '')?.searchParams.get('code')
    if (!code) throw new Error(`no code: ${response.status} ${await response.text()}`)
    return code
  }

  /** The raw response of an exchange. */
  exchange(
    clientId: string,
    code: string,
    changes: Record<string, string | undefined> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const form = {
      grant_type: 'authorization_code',
      code,
      client_id: clientId,
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
      ...changes,
    }
    return this.postForm('/oauth/token', form, headers)
  }

  /** The raw response of a refresh. */
  refresh(
    clientId: string,
    refreshToken: string,
    changes: Record<string, string | undefined> = {},
  ): Promise<Response> {
    return this.postForm('/oauth/token', {
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
      client_id: clientId,
      ...changes,
    })
  }

  /** Registers and goes through authorization and exchange, while automatic sign-in is on. */
  async connect(
    metadata: Record<string, unknown> = {},
  ): Promise<{ clientId: string; tokens: Tokens }> {
    const { client_id: clientId } = await this.register(metadata)
    const tokens = await tokensOf(this.exchange(clientId, await this.code(clientId)))
    return { clientId, tokens }
  }

  /** A request to the application. */
  request(path: string, accessToken?: string, headers: Record<string, string> = {}) {
    return this.fetch(this.app + path, {
      headers: { ...(accessToken && bearer(accessToken)), ...headers },
    })
  }
}

/** The tokens of a successful response of a token endpoint. */
export async function tokensOf<T = Tokens>(response: Response | Promise<Response>): Promise<T> {
  const awaited = await response
  if (awaited.status !== 200) throw new Error(`no tokens: ${await awaited.text()}`)
  return awaited.json()
}

/** The header that an access token or API token is sent in. */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

/** The S256 challenge of a verifier. */
export async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

/** Form encoding; undefined members are left out. */
export function query(parameters: Record<string, string | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) search.set(name, value)
  }
  return search.toString()
}

/** The parameters of the redirect that a response is. */
export function redirectOf(response: Response): { to: string; parameters: URLSearchParams } {
  const url = new URL(response.headers.get('location') ?? '')
  return { to: url.href.split('?')[0] ?? '', parameters: url.searchParams }
}
