import { bearer, challengeOf, type Fetch, query, tokensOf, VERIFIER } from './client'

type Changes = Record<string, string | undefined>
export type DashTokens = {
  access_token: string
  token_type: string
  expires_in: number
  scope: string
  refresh_token: string
  id_token: string
}

export const DASH = 'http://127.0.0.1:8788'
export const CALLBACK = 'https://app.example/callback'
export const CONNECTED = `${DASH}/profile/access-management/authorization`
export const EMULATED_ACCOUNT_ID = '0123456789abcdef0123456789abcdef'
export const WRANGLER_ID = '54d11594-84e4-41aa-b438-e81b8fa78ee7'
export const SECRET = 'cf-oauth-secret-example'

/** A client of the setting `OAUTH_CLIENTS`, with members replaced: public, with PKCE. */
export function oauthClient(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_id: '0a0b0c0d0e0f00010203040506070809',
    client_name: 'Zone lister',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code', 'id_token'],
    redirect_uris: [CALLBACK],
    scopes: ['zone.read', 'dns.write', 'user-details.read'],
    optional_scopes: ['dns.write'],
    token_endpoint_auth_method: 'none',
    ...changes,
  }
}

/** The settings of a world with these clients. */
export function withClients(...clients: Record<string, unknown>[]) {
  return { OAUTH_CLIENTS: clients.map(oauthClient) }
}

/** A client of the dashboard's OAuth server whose requests can be changed, so that they are invalid. */
export class DashClient {
  constructor(
    readonly fetch: Fetch,
    readonly clientId = String(oauthClient().client_id),
    readonly origin = DASH,
  ) {}

  async authorizationUrl(changes: Changes = {}): Promise<string> {
    const parameters = query({
      response_type: 'code',
      client_id: this.clientId,
      redirect_uri: CALLBACK,
      scope: 'zone.read offline_access',
      state: 'the-state',
      code_challenge: await challengeOf(VERIFIER),
      code_challenge_method: 'S256',
      ...changes,
    })
    return `${this.origin}/oauth2/auth?${parameters}`
  }

  /** The raw response of an authorization request. */
  async authorization(changes: Changes = {}): Promise<Response> {
    return this.fetch(await this.authorizationUrl(changes))
  }

  /** The code of an authorization, while automatic sign-in is on. */
  async code(changes: Changes = {}): Promise<string> {
    const response = await this.authorization(changes)
    const code = URL.parse(response.headers.get('location') ?? '')?.searchParams.get('code')
    if (!code) throw new Error(`no code: ${response.status} ${await response.text()}`)
    return code
  }

  post(path: string, form: Changes, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(this.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: query(form),
    })
  }

  /** The raw response of an exchange. */
  exchange(
    code: string,
    changes: Changes = {},
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const form = {
      grant_type: 'authorization_code',
      code,
      client_id: this.clientId,
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
      ...changes,
    }
    return this.post('/oauth2/token', form, headers)
  }

  /** The raw response of a refresh. */
  refresh(refreshToken: string, changes: Changes = {}): Promise<Response> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    return this.post('/oauth2/token', { ...form, client_id: this.clientId, ...changes })
  }

  revoke(token: string, changes: Changes = {}): Promise<Response> {
    return this.post('/oauth2/revoke', { token, client_id: this.clientId, ...changes })
  }

  /** Returns whether an access token is valid. */
  async isGood(accessToken: string): Promise<boolean> {
    const response = await this.userinfo(accessToken)
    return response.status === 200
  }

  userinfo(accessToken: string): Promise<Response> {
    return this.fetch(`${this.origin}/oauth2/userinfo`, { headers: bearer(accessToken) })
  }

  /** Goes through authorization and exchange, while automatic sign-in is on. */
  async connect(changes: Changes = {}): Promise<DashTokens> {
    return tokensOf<DashTokens>(this.exchange(await this.code(changes)))
  }
}
