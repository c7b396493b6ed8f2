import type { TestUpstream } from './upstreams'

type Options = {
  /** The `resource` of the server's metadata. */
  resource?: string
  expiresIn?: number
}

/**
 * The authorization server of an upstream, which a test can change. It rotates refresh tokens. If one is used again, it
 * ends every token (RFC 9700 4.14.2).
 */
export class UpstreamOAuth {
  /** The registrations so far, as they were sent. */
  readonly registered: Record<string, unknown>[] = []
  /** The requests to the token endpoint. */
  readonly tokenRequests: { form: URLSearchParams; authorization: string | null }[] = []
  /** The id of the clients that it registers. */
  clientId = 'portal'
  /** The error with which the token endpoint refuses, if it does. */
  refuses: string | undefined
  /** Called before the response to a registration. */
  beforeRegistration: () => Promise<void> = async () => {}
  /** Called before a response of the token endpoint. */
  beforeTokens: () => Promise<void> = async () => {}
  #codes = 0
  #tokens = 0
  readonly #good = new Set<string>()
  readonly #rotated = new Set<string>()

  constructor(
    private readonly origin: string,
    private readonly options: Options = {},
  ) {}

  /** Puts the authorization server in front of an upstream. */
  protect(upstream: TestUpstream): void {
    upstream.respond = (request) => this.#respond(request)
  }

  /** Ends every access token. */
  endTokens(): void {
    this.#good.clear()
  }

  /**
   * Returns the address that the person is sent back to, after an authorization request.
   *
   * @throws Error if there is no request
   */
  allow(authorization: URL | undefined): string {
    if (!authorization) throw new Error('no authorization request')
    const { redirect_uri = '', state = '' } = Object.fromEntries(authorization.searchParams)
    return `${redirect_uri}?${new URLSearchParams({ code: `code${++this.#codes}`, state })}`
  }

  async #respond(request: Request): Promise<Response | undefined> {
    const { origin, options } = this
    switch (new URL(request.url).pathname) {
      case '/mcp': {
        const token = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
        if (this.#good.has(token)) return undefined
        const challenge = `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`
        return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } })
      }
      case '/.well-known/oauth-protected-resource/mcp':
        return Response.json({
          resource: options.resource ?? `${origin}/mcp`,
          authorization_servers: [origin],
        })
      case '/.well-known/oauth-authorization-server':
        return Response.json({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          registration_endpoint: `${origin}/register`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          scopes_supported: ['everything'],
        })
      case '/register': {
        const metadata = (await request.clone().json()) as Record<string, unknown>
        this.registered.push(metadata)
        const issued = { client_id: this.clientId, client_secret: 'the-client-secret' }
        await this.beforeRegistration()
        return Response.json({ ...metadata, ...issued }, { status: 201 })
      }
      case '/token':
        return this.#token(request)
      default:
        return undefined
    }
  }

  async #token(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.clone().text())
    this.tokenRequests.push({ form, authorization: request.headers.get('authorization') })
    await this.beforeTokens()
    const used = form.get('refresh_token')
    if (used !== null && this.#rotated.has(used)) {
      this.endTokens()
      this.refuses = 'invalid_grant'
    }
    if (this.refuses) return Response.json({ error: this.refuses }, { status: 400 })
    if (used !== null) this.#rotated.add(used)
    const access_token = `token-${++this.#tokens}`
    this.#good.add(access_token)
    return Response.json({
      access_token,
      token_type: 'Bearer',
      expires_in: this.options.expiresIn ?? 3600,
      refresh_token: `refresh-${this.#tokens}`,
    })
  }
}
