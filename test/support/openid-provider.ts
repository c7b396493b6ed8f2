import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import Provider, { type AuthorizationCode } from 'oidc-provider'
import { freePort } from './server'

export const CLIENT = { client_id: 'access', client_secret: 'a secret: of/the+client' }

/** What this provider knows of its accounts, beside `sub` and `email`, which are the login's. */
const ACCOUNTS: Record<string, Record<string, unknown>> = {
  'ada@example.com': {
    name: 'Ada Lovelace',
    department: 'engineering',
    groups: ['analysts', 'admins'],
    upn: 'ada@upn.example.com',
  },
  'grace@example.com': { name: 'Grace Hopper', department: 'navy', groups: [] },
}

/**
 * A real OpenID Connect server, the certified `oidc-provider` of npm, with its own login and consent
 * pages: any login is taken, with any password.
 */
export class OpenIdProvider {
  /** The authorization codes it gave tokens for, with what was asked for. */
  readonly codes: AuthorizationCode[] = []
  readonly #server: Server
  #listener: RequestListener = (_, response) => response.writeHead(503).end()

  private constructor(readonly port: number) {
    this.#server = createServer((request, response) => this.#listener(request, response))
  }

  /** Listens on a free port: a client has to know the address before the client's is known. */
  static async start(): Promise<OpenIdProvider> {
    const provider = new OpenIdProvider(await freePort())
    provider.#server.listen(provider.port, '127.0.0.1')
    await once(provider.#server, 'listening')
    return provider
  }

  get host(): string {
    return `127.0.0.1:${this.port}`
  }

  get issuer(): string {
    return `http://${this.host}`
  }

  /** Takes the emulator as its client. PKCE is optional, and checked where it is used. */
  serve(redirectUri: string): void {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          ...CLIENT,
          redirect_uris: [redirectUri],
          token_endpoint_auth_method: 'client_secret_basic',
        },
      ],
      pkce: { required: () => false },
      claims: {
        openid: ['sub'],
        email: ['email'],
        profile: ['name', 'department', 'groups', 'upn'],
      },
      // Access knows no userinfo endpoint: the claims have to be in the id_token.
      conformIdTokenClaims: false,
      cookies: { keys: ['a key of the test'] },
      ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
      findAccount: (_: unknown, login: string) => ({
        accountId: login,
        claims: () => ({ sub: login, email: login, ...ACCOUNTS[login] }),
      }),
    })
    provider.on('authorization_code.consumed', (code) => this.codes.push(code))
    this.#listener = provider.callback()
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}

/** An `oidc` provider of the emulator's settings, in the API's own members. */
export function oidcSetting(
  issuer: string,
  config: Record<string, unknown> = {},
  { id = 'corporate', name = 'Corporate' } = {},
) {
  return {
    id,
    name,
    type: 'oidc',
    config: {
      auth_url: `${issuer}/auth`,
      token_url: `${issuer}/token`,
      certs_url: `${issuer}/jwks`,
      ...CLIENT,
      scopes: ['openid', 'email', 'profile'],
      claims: ['department', 'groups'],
      pkce_enabled: true,
      ...config,
    },
  }
}
